/* SPDX-License-Identifier: Apache-2.0 */
/** {@code policies}: what the list says. */
@NullMarked
package io.headwater.deploy.policies;

import org.jspecify.annotations.NullMarked;
