/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import java.util.List;
import java.util.Optional;

/**
 * A policy that exists: what it does in one line, where it comes from, what of it is evidence and what reconstruction, and its
 * options in canonical order.
 */
public record PolicyDescription(
        String name, String summary, String source, String evidence, List<PolicyOption> options) {
    public PolicyDescription {
        options = List.copyOf(options);
    }

    Optional<PolicyOption> option(String optionName) {
        return options.stream().filter(o -> o.name().equals(optionName)).findFirst();
    }
}
