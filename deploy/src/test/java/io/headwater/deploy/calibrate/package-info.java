/* SPDX-License-Identifier: Apache-2.0 */
/** {@code calibrate}, and what policies do with its file. */
@NullMarked
package io.headwater.deploy.calibrate;

import org.jspecify.annotations.NullMarked;
