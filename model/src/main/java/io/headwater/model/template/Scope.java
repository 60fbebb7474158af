/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Variables of one block; what is not here is looked up in the scope around it. Assignments stay in their own scope, as in Jinja2. */
final class Scope {
    private final @Nullable Scope around;
    private final Map<String, Object> variables = new HashMap<>();

    Scope(@Nullable Scope around) {
        this.around = around;
    }

    @Nullable
    Object find(String name) {
        for (Scope scope = this; scope != null; scope = scope.around) {
            Object value = scope.variables.get(name);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    void set(String name, Object value) {
        variables.put(name, value);
    }
}
