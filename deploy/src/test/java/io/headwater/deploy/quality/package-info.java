/* SPDX-License-Identifier: Apache-2.0 */
/** {@code retrieve} as a user meets it. */
@NullMarked
package io.headwater.deploy.quality;

import org.jspecify.annotations.NullMarked;
