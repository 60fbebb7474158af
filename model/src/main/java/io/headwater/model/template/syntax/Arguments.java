/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The arguments of a call, filter or test as written. */
public record Arguments(List<Expression> positional, Map<String, Expression> named) {
    public static final Arguments NONE = new Arguments(List.of(), Map.of());

    public Arguments {
        positional = List.copyOf(positional);
        named = Collections.unmodifiableMap(new LinkedHashMap<>(named));
    }
}
