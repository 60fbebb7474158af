/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Jinja2's {@code namespace}: the only value whose attributes a template can set. Owned by one rendering, on its thread. */
public final class Namespace implements AttributeOwner {
    private final Map<String, Object> attributes = new LinkedHashMap<>();

    @Override
    public @Nullable Object attribute(String name) {
        return attributes.get(name);
    }

    public void set(String name, Object value) {
        attributes.put(name, value);
    }
}
