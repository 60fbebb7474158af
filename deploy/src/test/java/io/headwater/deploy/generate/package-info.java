/* SPDX-License-Identifier: Apache-2.0 */
/** {@code generate} as a user meets it, on tiny models and on the real one. */
@NullMarked
package io.headwater.deploy.generate;

import org.jspecify.annotations.NullMarked;
