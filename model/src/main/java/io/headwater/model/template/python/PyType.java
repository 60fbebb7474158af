/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.util.List;
import java.util.Map;

/** Python's names of types, for messages. */
public final class PyType {
    private PyType() {}

    public static String of(Object value) {
        return switch (value) {
            case None _ -> "NoneType";
            case Boolean _ -> "bool";
            case Long _ -> "int";
            case Double _ -> "float";
            case String _ -> "str";
            case List<?> _ -> "list";
            case Map<?, ?> _ -> "dict";
            case Tuple _ -> "tuple";
            case Range _ -> "range";
            case DictView view -> view.kind().pythonName();
            case OneShot _ -> "generator";
            case Markup _ -> "Markup";
            case Namespace _ -> "Namespace";
            case Undefined _ -> "Undefined";
            case PyCallable _ -> "function";
            default -> value.getClass().getSimpleName();
        };
    }
}
