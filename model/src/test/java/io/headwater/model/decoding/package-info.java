/* SPDX-License-Identifier: Apache-2.0 */
/** The decode loop on an engine that is a fake, and on real ones of tiny models. */
@NullMarked
package io.headwater.model.decoding;

import org.jspecify.annotations.NullMarked;
