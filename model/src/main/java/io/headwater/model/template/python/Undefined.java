/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

/**
 * Jinja2's default {@code Undefined}: prints nothing, is empty and false; anything else that is done with it is an error.
 *
 * @param reason the sentence of that error, such as {@code 'tools' is undefined}
 */
public record Undefined(String reason) {
    public static Undefined variable(String name) {
        return new Undefined("'" + name + "' is undefined");
    }

    public static Undefined attribute(Object owner, String name) {
        return new Undefined(
                owner == None.NONE
                        ? "None has no attribute '" + name + "'"
                        : "'" + PyType.of(owner) + " object' has no attribute '" + name + "'");
    }

    public static Undefined element(Object owner, Object key) {
        return key instanceof String name
                ? attribute(owner, name)
                : new Undefined(PyType.of(owner) + " object has no element " + PyText.repr(key));
    }

    public static Undefined unsafe(Object owner, String name) {
        return new Undefined("attribute '" + name + "' of '" + PyType.of(owner)
                + "' changes or exposes its object, which templates may not do");
    }

    public Fault fault() {
        return Fault.of(reason);
    }
}
