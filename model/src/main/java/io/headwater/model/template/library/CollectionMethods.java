/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.DictView;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.None;
import io.headwater.model.template.python.PyCallable;
import io.headwater.model.template.python.PyItems;
import io.headwater.model.template.python.PyOrder;
import io.headwater.model.template.python.PyText;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The methods of dict, list and tuple that change nothing. */
final class CollectionMethods {
    private CollectionMethods() {}

    /** The method as a callable, or null if a dict has none of this name. */
    static @Nullable Object ofDict(Map<?, ?> dict, String name) {
        return switch (name) {
            case "keys" -> view(dict, name, DictView.Kind.KEYS);
            case "values" -> view(dict, name, DictView.Kind.VALUES);
            case "items" -> view(dict, name, DictView.Kind.ITEMS);
            case "get" -> PyCallable.of("get", arguments -> get(dict, arguments));
            case "copy" ->
                PyCallable.of("copy", arguments -> {
                    arguments.bind("copy");
                    return dict;
                });
            case "fromkeys" -> throw Access.unsupported(dict, name);
            default -> null;
        };
    }

    /** The method as a callable, or null if a list has none of this name. */
    static @Nullable Object ofList(List<?> list, String name) {
        return switch (name) {
            case "index" -> PyCallable.of("index", arguments -> index(list, arguments));
            case "count" -> PyCallable.of("count", arguments -> count(list, arguments));
            case "copy" -> throw Access.unsupported(list, name);
            default -> null;
        };
    }

    private static PyCallable view(Map<?, ?> dict, String name, DictView.Kind kind) {
        return PyCallable.of(name, arguments -> {
            arguments.bind(name);
            return DictView.of(kind, dict);
        });
    }

    private static Object get(Map<?, ?> dict, CallArguments arguments) {
        CallArguments.Bound bound = arguments.bind("get", "key", "default");
        Object value = PyItems.item(dict, bound.get(0));
        return value == null ? bound.get(1, None.NONE) : value;
    }

    private static Object index(List<?> list, CallArguments arguments) {
        Object wanted = arguments.bind("index", "value").get(0);
        for (int i = 0; i < list.size(); i++) {
            if (PyOrder.equal(list.get(i), wanted)) {
                return (long) i;
            }
        }
        throw Fault.of(PyText.repr(wanted) + " is not in list");
    }

    private static Object count(List<?> list, CallArguments arguments) {
        Object wanted = arguments.bind("count", "value").get(0);
        return list.stream().filter(item -> PyOrder.equal(item, wanted)).count();
    }
}
