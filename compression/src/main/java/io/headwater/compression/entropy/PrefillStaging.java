/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a policy's option {@code stages} says: {@code off}; {@code on}, which leaves the stages to the model's calibration; or {@code on/30/8x3456/…}, the
 * stages themselves ({@link PrefillStages}), as a session's log and every node have them.
 *
 * @param stages {@code null} where it is off, and as long as no calibration has been asked
 */
public record PrefillStaging(boolean on, @Nullable PrefillStages stages) {
    public static final PrefillStaging OFF = new PrefillStaging(false, null);
    private static final String ON = "on";

    public PrefillStaging {
        if (!on && stages != null) {
            throw new IllegalArgumentException("off, with " + stages);
        }
    }

    public static PrefillStaging of(PrefillStages stages) {
        return new PrefillStaging(true, stages);
    }

    /** Empty if the option says none of this. */
    public static Optional<PrefillStaging> parse(String option) {
        return switch (option) {
            case "off" -> Optional.of(OFF);
            case ON -> Optional.of(new PrefillStaging(true, null));
            default ->
                option.startsWith(ON + "/")
                        ? PrefillStages.parse(option.substring(ON.length() + 1)).map(PrefillStaging::of)
                        : Optional.empty();
        };
    }

    /** The canonical option. */
    public String text() {
        if (stages != null) {
            return ON + "/" + stages.text();
        }
        return on ? ON : "off";
    }
}
