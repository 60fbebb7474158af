/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.library.Filters.Filter;
import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.CallArguments.Bound;
import io.headwater.model.template.python.DictView;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.Limits;
import io.headwater.model.template.python.None;
import io.headwater.model.template.python.OneShot;
import io.headwater.model.template.python.PyIteration;
import io.headwater.model.template.python.PyNumbers;
import io.headwater.model.template.python.PyOrder;
import io.headwater.model.template.python.PyType;
import io.headwater.model.template.python.Tuple;
import io.headwater.model.template.python.Undefined;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Filters over whole sequences: order, ends, sums. */
final class SequenceFilters {
    static final Map<String, Filter> ALL = Map.ofEntries(
            Map.entry("length", (value, arguments) -> length(value, arguments)),
            Map.entry("count", (value, arguments) -> length(value, arguments)),
            Map.entry("default", (value, arguments) -> orDefault(value, arguments)),
            Map.entry("d", (value, arguments) -> orDefault(value, arguments)),
            Map.entry("first", (value, arguments) -> first(value, arguments)),
            Map.entry("last", (value, arguments) -> last(value, arguments)),
            Map.entry("list", (value, arguments) -> {
                arguments.bind("list");
                return PyIteration.list(value);
            }),
            Map.entry("items", (value, arguments) -> items(value, arguments)),
            Map.entry("join", (value, arguments) -> join(value, arguments)),
            Map.entry("reverse", (value, arguments) -> reverse(value, arguments)),
            Map.entry("sort", (value, arguments) -> sort(value, arguments)),
            Map.entry("dictsort", (value, arguments) -> dictSort(value, arguments)),
            Map.entry("sum", (value, arguments) -> sum(value, arguments)),
            Map.entry("min", (value, arguments) -> extreme("min", value, arguments, -1)),
            Map.entry("max", (value, arguments) -> extreme("max", value, arguments, 1)));

    private SequenceFilters() {}

    private static Object length(Object value, CallArguments arguments) {
        arguments.bind("length");
        return PyIteration.length(value);
    }

    private static Object orDefault(Object value, CallArguments arguments) {
        Bound bound = arguments.bind("default", "default_value", "boolean");
        boolean absent = value instanceof Undefined || (bound.truth(1, false) && !PyIteration.truth(value));
        return absent ? bound.get(0, "") : value;
    }

    private static Object first(Object value, CallArguments arguments) {
        arguments.bind("first");
        Iterator<Object> items = PyIteration.iterate(value);
        return items.hasNext() ? items.next() : new Undefined("no first item, the sequence was empty");
    }

    private static Object last(Object value, CallArguments arguments) {
        arguments.bind("last");
        if (value instanceof OneShot) {
            throw Fault.of("last: a generator has no last item, add |list before it");
        }
        List<Object> items = PyIteration.list(value);
        return items.isEmpty() ? new Undefined("no last item, the sequence was empty") : items.getLast();
    }

    private static Object items(Object value, CallArguments arguments) {
        arguments.bind("items");
        return switch (value) {
            case Undefined _ -> new OneShot(Collections.emptyIterator());
            case Map<?, ?> dict -> new OneShot(DictView.pairs(dict).iterator());
            default -> throw Fault.of("items: can only get item pairs from a mapping, not " + PyType.of(value));
        };
    }

    private static Object join(Object value, CallArguments arguments) {
        Bound bound = arguments.bind("join", "d", "attribute");
        String separator = TextFilters.text("join", bound.get(0, ""));
        UnaryOperator<Object> key = Keys.attribute(bound.get(1, None.NONE));
        StringBuilder out = new StringBuilder();
        boolean first = true;
        for (Iterator<Object> items = PyIteration.iterate(value); items.hasNext(); first = false) {
            out.append(first ? "" : separator).append(TextFilters.text("join", key.apply(items.next())));
            Limits.text(out.length());
        }
        return out.toString();
    }

    private static Object reverse(Object value, CallArguments arguments) {
        arguments.bind("reverse");
        List<Object> items = PyIteration.list(value);
        Collections.reverse(items);
        return switch (value) {
            case String _ -> {
                StringBuilder text = new StringBuilder();
                items.forEach(text::append);
                yield text.toString();
            }
            case OneShot _ -> items;
            default -> new OneShot(items.iterator());
        };
    }

    private static Object sort(Object value, CallArguments arguments) {
        Bound bound = arguments.bind("sort", "reverse", "case_sensitive", "attribute");
        UnaryOperator<Object> key = Keys.attributes(bound.get(2, None.NONE), bound.truth(1, false));
        return sorted(PyIteration.list(value), key, bound.truth(0, false));
    }

    /** Stable in both directions, as Python's sorted. */
    private static List<Object> sorted(List<Object> items, UnaryOperator<Object> key, boolean reverse) {
        Comparator<Object> order = (a, b) -> PyOrder.compare(key.apply(a), key.apply(b), "<");
        List<Object> sorted = new ArrayList<>(items);
        sorted.sort(reverse ? order.reversed() : order);
        return sorted;
    }

    private static Object dictSort(Object value, CallArguments arguments) {
        Bound bound = arguments.bind("dictsort", "case_sensitive", "by", "reverse");
        if (!(value instanceof Map<?, ?> dict)) {
            throw value instanceof Undefined undefined
                    ? undefined.fault()
                    : Fault.of("dictsort needs a mapping, not " + PyType.of(value));
        }
        int place = switch (bound.string(1, "key")) {
            case "key" -> 0;
            case "value" -> 1;
            default -> throw Fault.of("dictsort: by must be 'key' or 'value'");
        };
        UnaryOperator<Object> key = Keys.folded(pair -> ((Tuple) pair).items().get(place), bound.truth(0, false));
        return sorted(DictView.pairs(dict), key, bound.truth(2, false));
    }

    private static Object sum(Object value, CallArguments arguments) {
        Bound bound = arguments.bind("sum", "attribute", "start");
        UnaryOperator<Object> key = Keys.attribute(bound.get(0, None.NONE));
        Object total = bound.get(1, 0L);
        if (total instanceof String) {
            throw Fault.of("sum: cannot sum strings, use join");
        }
        for (Iterator<Object> items = PyIteration.iterate(value); items.hasNext(); ) {
            total = PyNumbers.apply(PyNumbers.Operator.ADD, total, key.apply(items.next()));
        }
        return total;
    }

    private static Object extreme(String name, Object value, CallArguments arguments, int wanted) {
        Bound bound = arguments.bind(name, "case_sensitive", "attribute");
        UnaryOperator<Object> key = Keys.folded(Keys.attribute(bound.get(1, None.NONE)), bound.truth(0, false));
        Iterator<Object> items = PyIteration.iterate(value);
        if (!items.hasNext()) {
            return new Undefined(name + ": the sequence was empty");
        }
        Object best = items.next();
        while (items.hasNext()) {
            Object item = items.next();
            if (Integer.signum(PyOrder.compare(key.apply(item), key.apply(best), wanted > 0 ? ">" : "<")) == wanted) {
                best = item;
            }
        }
        return best;
    }
}
