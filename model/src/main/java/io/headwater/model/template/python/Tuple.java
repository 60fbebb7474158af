/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.util.List;

/** Python's tuple: a list that prints in parentheses and is not equal to a list. */
public record Tuple(List<Object> items) {
    public Tuple {
        items = List.copyOf(items);
    }

    public static Tuple of(Object... items) {
        return new Tuple(List.of(items));
    }
}
