/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import org.jspecify.annotations.Nullable;

/** A value with attributes of its own: a namespace, the {@code loop} variable. */
public interface AttributeOwner {
    /** The attribute's value, or null if there is none of this name. */
    @Nullable
    Object attribute(String name);
}
