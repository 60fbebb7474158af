/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

/** Python's {@code None}: a value of its own, so that no template value is ever {@code null}. */
public enum None {
    NONE
}
