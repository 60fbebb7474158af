/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.Fault;
import java.util.HashMap;
import java.util.Map;

/** Every filter by name. */
public final class Filters {
    /** What stands behind the bar; value is what stands before it. */
    @FunctionalInterface
    interface Filter {
        Object apply(Object value, CallArguments arguments);
    }

    private static final Map<String, Filter> ALL = all();

    private Filters() {}

    public static Object apply(String name, Object value, CallArguments arguments) {
        Filter filter = ALL.get(name);
        if (filter == null) {
            throw Fault.unsupported("the filter '" + name + "'");
        }
        return filter.apply(value, arguments);
    }

    private static Map<String, Filter> all() {
        Map<String, Filter> all = new HashMap<>();
        all.putAll(TextFilters.ALL);
        all.putAll(NumberFilters.ALL);
        all.putAll(SequenceFilters.ALL);
        all.putAll(SelectionFilters.ALL);
        return Map.copyOf(all);
    }
}
