/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.util.Iterator;

/** A Python generator or iterator, what {@code map}, {@code select} and the like return: true, without length, and empty when walked again. */
public record OneShot(Iterator<Object> remaining) {}
