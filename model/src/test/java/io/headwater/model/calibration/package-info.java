/* SPDX-License-Identifier: Apache-2.0 */
/** Calibrations of tiny models. */
@NullMarked
package io.headwater.model.calibration;

import org.jspecify.annotations.NullMarked;
