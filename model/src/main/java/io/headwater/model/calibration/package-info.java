/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Measures what {@code uncomp} has to know of a model: entropies of its queries and hidden states over a text (ALGORITHMS 3). Read {@code
 * CalibrationRun} first. Runs on the thread that owns the engines; the arithmetic of the spectra is {@code compression.entropy}'s.
 */
@NullMarked
package io.headwater.model.calibration;

import org.jspecify.annotations.NullMarked;
