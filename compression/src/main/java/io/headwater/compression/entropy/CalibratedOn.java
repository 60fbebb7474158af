/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

/**
 * What a calibration was made of.
 *
 * @param model fingerprint of the model's file: a calibration is that of one file
 * @param samples of text
 * @param tokens of each sample
 */
public record CalibratedOn(String model, int samples, int tokens) {
    public CalibratedOn {
        if (model.isBlank() || samples < 1 || tokens < 2) {
            throw new IllegalArgumentException("model=" + model + " samples=" + samples + " tokens=" + tokens);
        }
    }
}
