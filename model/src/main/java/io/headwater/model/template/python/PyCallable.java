/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

/** What a template can call: a macro, a method of a string or dict, or a global function. */
public interface PyCallable {
    String name();

    /** Returns a value, never null; throws {@link Fault}. */
    Object call(CallArguments arguments);

    /** A callable from a lambda. */
    static PyCallable of(String name, Body body) {
        return new Native(name, body);
    }

    /** The body of {@link #of}. */
    @FunctionalInterface
    interface Body {
        Object call(CallArguments arguments);
    }

    /** A function of ours. */
    record Native(String name, Body body) implements PyCallable {
        @Override
        public Object call(CallArguments arguments) {
            return body.call(arguments);
        }
    }
}
