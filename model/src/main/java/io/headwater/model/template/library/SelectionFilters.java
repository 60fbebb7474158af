/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.library.Filters.Filter;
import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.CallArguments.Bound;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.None;
import io.headwater.model.template.python.OneShot;
import io.headwater.model.template.python.PyIteration;
import io.headwater.model.template.python.PyOrder;
import java.util.Collections;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.Spliterators;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** Filters that walk a sequence and give a generator, as lazy as Python's: a second walk finds nothing. */
final class SelectionFilters {
    static final Map<String, Filter> ALL = Map.of(
            "map", (value, arguments) -> lazily(value, items -> items.map(mapping(arguments))),
            "select", (value, arguments) -> lazily(value, items -> items.filter(test(arguments))),
            "reject",
                    (value, arguments) ->
                            lazily(value, items -> items.filter(test(arguments).negate())),
            "selectattr", (value, arguments) -> lazily(value, items -> items.filter(attributeTest(arguments))),
            "rejectattr",
                    (value, arguments) -> lazily(
                            value,
                            items -> items.filter(attributeTest(arguments).negate())),
            "unique", (value, arguments) -> lazily(value, items -> items.filter(unseen(arguments))));

    private SelectionFilters() {}

    private static Object lazily(Object value, Function<Stream<Object>, Stream<Object>> change) {
        Iterator<Object> items = PyIteration.truth(value) ? PyIteration.iterate(value) : Collections.emptyIterator();
        Stream<Object> stream = StreamSupport.stream(Spliterators.spliteratorUnknownSize(items, 0), false);
        return new OneShot(change.apply(stream).iterator());
    }

    private static Function<Object, Object> mapping(CallArguments arguments) {
        if (arguments.positional().isEmpty() && arguments.named().containsKey("attribute")) {
            Bound bound = arguments.bind("map", "attribute", "default");
            return Keys.attributeOr(bound.get(0), bound.get(1, None.NONE));
        }
        String filter = name("map", "a filter", arguments);
        return item -> Filters.apply(filter, item, arguments.without(1));
    }

    private static Predicate<Object> test(CallArguments arguments) {
        if (arguments.positional().isEmpty()) {
            return PyIteration::truth;
        }
        String test = name("select", "a test", arguments);
        return item -> Tests.test(test, item, arguments.without(1));
    }

    private static Predicate<Object> attributeTest(CallArguments arguments) {
        if (arguments.positional().isEmpty()) {
            throw Fault.of("selectattr needs the name of an attribute");
        }
        UnaryOperator<Object> attribute = Keys.attribute(arguments.positional().getFirst());
        Predicate<Object> test = test(arguments.without(1));
        return item -> test.test(attribute.apply(item));
    }

    private static Predicate<Object> unseen(CallArguments arguments) {
        Bound bound = arguments.bind("unique", "case_sensitive", "attribute");
        UnaryOperator<Object> key = Keys.folded(Keys.attribute(bound.get(1, None.NONE)), bound.truth(0, false));
        Set<Object> seen = new HashSet<>();
        return item -> seen.add(PyOrder.key(key.apply(item)));
    }

    private static String name(String filter, String what, CallArguments arguments) {
        List<Object> positional = arguments.positional();
        if (!positional.isEmpty() && positional.getFirst() instanceof String name) {
            return name;
        }
        throw Fault.of(filter + " needs the name of " + what);
    }
}
