/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

import java.util.List;

/** What {@code set} and {@code for} assign to. */
public sealed interface Target {
    record Variable(String name) implements Target {}

    record NamespaceAttribute(String namespace, String attribute) implements Target {}

    record Unpacked(List<Target> parts) implements Target {
        public Unpacked {
            parts = List.copyOf(parts);
        }
    }
}
