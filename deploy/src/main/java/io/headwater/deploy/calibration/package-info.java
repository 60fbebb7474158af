/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What {@code headwater calibrate} has measured of models, as files: read {@link io.headwater.deploy.calibration.Calibrations} first, which finds the
 * one of a model and gives policies their head groups. Any thread may ask it.
 */
@NullMarked
package io.headwater.deploy.calibration;

import org.jspecify.annotations.NullMarked;
