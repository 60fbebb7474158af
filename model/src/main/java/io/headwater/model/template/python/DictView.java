/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** What {@code dict.keys()}, {@code values()} and {@code items()} return: has a length, can be walked again and again, no index. */
public record DictView(Kind kind, List<Object> items) {
    public enum Kind {
        KEYS("dict_keys"),
        VALUES("dict_values"),
        ITEMS("dict_items");

        private final String pythonName;

        Kind(String pythonName) {
            this.pythonName = pythonName;
        }

        public String pythonName() {
            return pythonName;
        }
    }

    public static DictView of(Kind kind, Map<?, ?> dict) {
        return new DictView(
                kind,
                switch (kind) {
                    case KEYS -> new ArrayList<>(dict.keySet());
                    case VALUES -> new ArrayList<>(dict.values());
                    case ITEMS -> pairs(dict);
                });
    }

    /** The entries as tuples (key, value). */
    public static List<Object> pairs(Map<?, ?> dict) {
        List<Object> pairs = new ArrayList<>(dict.size());
        for (Map.Entry<?, ?> entry : dict.entrySet()) {
            pairs.add(Tuple.of(entry.getKey(), entry.getValue()));
        }
        return pairs;
    }
}
