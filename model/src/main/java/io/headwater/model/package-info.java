/* SPDX-License-Identifier: Apache-2.0 */
/** Placeholder. */
@NullMarked
package io.headwater.model;

import org.jspecify.annotations.NullMarked;
