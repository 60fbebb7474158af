/* SPDX-License-Identifier: Apache-2.0 */
/** The command {@code policies}: what can be given to {@code --kv-policy}. */
@NullMarked
package io.headwater.deploy.policies;

import org.jspecify.annotations.NullMarked;
