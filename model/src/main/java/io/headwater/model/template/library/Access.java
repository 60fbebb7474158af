/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.python.AttributeOwner;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.Markup;
import io.headwater.model.template.python.None;
import io.headwater.model.template.python.PyCallable;
import io.headwater.model.template.python.PyItems;
import io.headwater.model.template.python.PyType;
import io.headwater.model.template.python.Range;
import io.headwater.model.template.python.Tuple;
import io.headwater.model.template.python.Undefined;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Jinja2's {@code owner.name} and {@code owner[key]}: the first tries Python's attribute and then the element, the second the other way
 * round, both give Undefined when there is neither. So {@code message.items} is the method even where the message has such a key.
 */
public final class Access {
    private static final Set<String> DICT_CHANGES = Set.of("clear", "pop", "popitem", "setdefault", "update");
    private static final Set<String> LIST_CHANGES =
            Set.of("append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");
    private static final Set<String> NUMBER_ATTRIBUTES = Set.of(
            "as_integer_ratio",
            "bit_count",
            "bit_length",
            "conjugate",
            "denominator",
            "from_bytes",
            "fromhex",
            "hex",
            "imag",
            "is_integer",
            "numerator",
            "real",
            "to_bytes");

    private Access() {}

    /** {@code owner.name} */
    public static Object attribute(Object owner, String name) {
        Object attribute = pythonAttribute(owner, name);
        if (attribute != null) {
            return attribute;
        }
        Object element = owner instanceof AttributeOwner ? null : PyItems.item(owner, name);
        return element == null ? Undefined.attribute(owner, name) : element;
    }

    /** {@code owner[key]} */
    public static Object element(Object owner, Object key) {
        Object element = PyItems.item(owner, key);
        if (element != null) {
            return element;
        }
        Object attribute = key instanceof String name ? pythonAttribute(owner, name) : null;
        return attribute == null ? Undefined.element(owner, key) : attribute;
    }

    private static @Nullable Object pythonAttribute(Object owner, String name) {
        return switch (owner) {
            case Undefined undefined -> throw undefined.fault();
            case AttributeOwner attributes -> attributes.attribute(name);
            case String text -> StringMethods.find(text, name);
            case Map<?, ?> dict ->
                DICT_CHANGES.contains(name) ? Undefined.unsafe(owner, name) : CollectionMethods.ofDict(dict, name);
            case List<?> list ->
                LIST_CHANGES.contains(name) ? Undefined.unsafe(owner, name) : CollectionMethods.ofList(list, name);
            case Tuple tuple -> CollectionMethods.ofList(tuple.items(), name);
            case Long _, Double _, Boolean _ -> {
                if (NUMBER_ATTRIBUTES.contains(name)) {
                    throw unsupported(owner, name);
                }
                yield null;
            }
            case Markup _, Range _, PyCallable _ -> throw unsupported(owner, name);
            case None _ -> null;
            default -> null;
        };
    }

    static Fault unsupported(Object owner, String name) {
        return Fault.unsupported("attribute '" + name + "' of '" + PyType.of(owner) + "'");
    }
}
