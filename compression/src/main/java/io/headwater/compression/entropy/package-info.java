/* SPDX-License-Identifier: Apache-2.0 */
/**
 * UNComp's offline calibration (ALGORITHMS 3): how much each head and layer has to say, by the entropy of a matrix's spectrum, and
 * what groups and stages follow from it. Read {@code CovarianceSpectrum} first, then {@code HeadGroups} and {@code LayerStages}, then
 * {@code Calibration}, which is what a model keeps of all this; {@code HeadLabels} and {@code PrefillStages} are what policies carry of it, and
 * {@code TokenImportance} is what a stage of a prefill chooses its tokens by. Pure functions in scalar f64, in a fixed order: the same bits
 * everywhere. No engine runs here.
 */
@NullMarked
package io.headwater.compression.entropy;

import org.jspecify.annotations.NullMarked;
