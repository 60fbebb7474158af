/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import io.headwater.model.template.python.Limits;

/** The text so far, bounded. */
final class Output {
    private final StringBuilder text = new StringBuilder();

    void append(String more) {
        Limits.text((long) text.length() + more.length());
        text.append(more);
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
