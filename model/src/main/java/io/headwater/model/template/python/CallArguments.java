/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Evaluated arguments of a call, filter or test. */
public record CallArguments(List<Object> positional, Map<String, Object> named) {
    public static final CallArguments NONE = new CallArguments(List.of(), Map.of());

    public static CallArguments of(Object... positional) {
        return new CallArguments(List.of(positional), Map.of());
    }

    /** The arguments after the first {@code count} positional ones. */
    public CallArguments without(int count) {
        return new CallArguments(positional.subList(Math.min(count, positional.size()), positional.size()), named);
    }

    /** Assigns arguments to parameters by place, then by name; too many or unknown ones are a {@link Fault} that names the callee. */
    public Bound bind(String callee, String... parameters) {
        if (positional.size() > parameters.length) {
            throw Fault.of(callee + " takes at most " + parameters.length + " arguments, got " + positional.size());
        }
        List<String> names = Arrays.asList(parameters);
        @Nullable Object[] values = Arrays.copyOf(positional.toArray(), parameters.length);
        named.forEach((name, value) -> {
            int place = names.indexOf(name);
            if (place < 0) {
                throw Fault.of(callee + " takes no argument '" + name + "'");
            }
            if (values[place] != null) {
                throw Fault.of(callee + " got two values for argument '" + name + "'");
            }
            values[place] = value;
        });
        return new Bound(callee, names, values);
    }

    /** Arguments by parameter place. */
    public static final class Bound {
        private final String callee;
        private final List<String> names;
        private final @Nullable Object[] values;

        private Bound(String callee, List<String> names, @Nullable Object[] values) {
            this.callee = callee;
            this.names = names;
            this.values = values;
        }

        public boolean has(int place) {
            return values[place] != null;
        }

        public Object get(int place) {
            Object value = values[place];
            if (value == null) {
                throw Fault.of(callee + " needs argument '" + names.get(place) + "'");
            }
            return value;
        }

        public Object get(int place, Object absent) {
            Object value = values[place];
            return value == null ? absent : value;
        }

        public boolean truth(int place, boolean absent) {
            Object value = values[place];
            return value == null ? absent : PyIteration.truth(value);
        }

        public String string(int place) {
            return requireString(place, get(place));
        }

        public String string(int place, String absent) {
            return requireString(place, get(place, absent));
        }

        public long integer(int place) {
            return requireInteger(place, get(place));
        }

        public long integer(int place, long absent) {
            return requireInteger(place, get(place, absent));
        }

        private String requireString(int place, Object value) {
            if (value instanceof String text) {
                return text;
            }
            throw wrongType(place, "a string", value);
        }

        private long requireInteger(int place, Object value) {
            if (value instanceof Long number) {
                return number;
            }
            throw wrongType(place, "an integer", value);
        }

        private Fault wrongType(int place, String wanted, Object value) {
            if (value instanceof Undefined undefined) {
                return undefined.fault();
            }
            return Fault.of(
                    callee + ": argument '" + names.get(place) + "' must be " + wanted + ", not " + PyType.of(value));
        }
    }
}
