/* SPDX-License-Identifier: Apache-2.0 */
/** Who owns what, and who decides. */
@NullMarked
package io.headwater.actors;

import org.jspecify.annotations.NullMarked;
