/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Python's values as far as a chat template can see them, and what Python's operators do with them.
 *
 * <p>A value is a plain object: {@link io.headwater.model.template.python.None}, {@link java.lang.Boolean}, {@link java.lang.Long},
 * {@link java.lang.Double}, {@link java.lang.String}, {@link java.util.List} (list), {@link java.util.Map} (dict, keys String, Long or
 * None, in insertion order), or one of the classes here. No value is ever {@code null}; lists and dicts are never changed. Strings count
 * code points as Python does. Start with {@code Values}, which brings a caller's data in; {@code PyText}, {@code PyNumbers},
 * {@code PyOrder}, {@code PyItems} and {@code PyIteration} are the operators.
 */
@NullMarked
package io.headwater.model.template.python;

import org.jspecify.annotations.NullMarked;
