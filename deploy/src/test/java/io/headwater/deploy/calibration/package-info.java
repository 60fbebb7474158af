/* SPDX-License-Identifier: Apache-2.0 */
/** Which files of calibrations are taken, and which are refused. */
@NullMarked
package io.headwater.deploy.calibration;

import org.jspecify.annotations.NullMarked;
