/* SPDX-License-Identifier: Apache-2.0 */
/** {@code bench} as a user meets it. */
@NullMarked
package io.headwater.deploy.bench;

import org.jspecify.annotations.NullMarked;
