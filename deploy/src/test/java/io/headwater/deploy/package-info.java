/* SPDX-License-Identifier: Apache-2.0 */
/** Tests of the whole: module direction, the launcher. */
@NullMarked
package io.headwater.deploy;

import org.jspecify.annotations.NullMarked;
