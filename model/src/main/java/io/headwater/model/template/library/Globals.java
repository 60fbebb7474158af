/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.CallArguments.Bound;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.Namespace;
import io.headwater.model.template.python.PyCallable;
import io.headwater.model.template.python.PyText;
import io.headwater.model.template.python.PyType;
import io.headwater.model.template.python.Range;
import java.time.Clock;
import java.time.ZonedDateTime;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The functions a template can call by name. */
public final class Globals {
    private final Clock clock;

    /** The clock (with its time zone) answers {@code strftime_now}. */
    public Globals(Clock clock) {
        this.clock = clock;
    }

    /** The function, or null; a Fault for those of Jinja2 that are missing here. */
    public @Nullable Object find(String name) {
        return switch (name) {
            case "raise_exception" -> PyCallable.of(name, Globals::raise);
            case "strftime_now" -> PyCallable.of(name, this::now);
            case "namespace" -> PyCallable.of(name, Globals::namespace);
            case "range" -> PyCallable.of(name, Globals::range);
            case "dict" -> PyCallable.of(name, Globals::dict);
            case "lipsum", "cycler", "joiner" -> throw Fault.unsupported("the function '" + name + "'");
            default -> null;
        };
    }

    private static Object raise(CallArguments arguments) {
        throw Fault.raised(
                PyText.str(arguments.bind("raise_exception", "message").get(0)));
    }

    private Object now(CallArguments arguments) {
        String format = arguments.bind("strftime_now", "format").string(0);
        return Strftime.format(format, ZonedDateTime.now(clock));
    }

    private static Object namespace(CallArguments arguments) {
        Namespace namespace = new Namespace();
        merged("namespace", arguments).forEach((name, value) -> namespace.set(PyText.str(name), value));
        return namespace;
    }

    private static Object dict(CallArguments arguments) {
        return Collections.unmodifiableMap(merged("dict", arguments));
    }

    /** One dict and named arguments, as {@code dict(other, a=1)} takes them. */
    private static Map<Object, Object> merged(String callee, CallArguments arguments) {
        Map<Object, Object> merged = new LinkedHashMap<>();
        if (arguments.positional().size() > 1) {
            throw Fault.of(callee + " takes at most one argument without a name");
        }
        for (Object first : arguments.positional()) {
            if (!(first instanceof Map<?, ?> dict)) {
                throw Fault.unsupported(callee + "() of a " + PyType.of(first));
            }
            merged.putAll(dict);
        }
        merged.putAll(arguments.named());
        return merged;
    }

    private static Object range(CallArguments arguments) {
        Bound bound = arguments.bind("range", "start", "stop", "step");
        List<Object> given = arguments.positional();
        return given.size() == 1
                ? new Range(0, bound.integer(0), 1)
                : new Range(bound.integer(0), bound.integer(1), bound.integer(2, 1));
    }
}
