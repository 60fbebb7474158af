/* SPDX-License-Identifier: Apache-2.0 */
/** Which files make up a cache. */
@NullMarked
package io.headwater.model.saved;

import org.jspecify.annotations.NullMarked;
