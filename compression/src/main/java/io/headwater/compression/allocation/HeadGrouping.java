/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.allocation;

import io.headwater.compression.entropy.GroupWeights;
import io.headwater.compression.entropy.HeadLabels;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The head groups that {@code allocation=entropy} names: {@code entropy} and {@code entropy/3} say how many a layer has, two or three, and leave them
 * to the model's calibration; {@code entropy/2/30x3/4ab…} are the groups themselves ({@link HeadLabels}), as a session's log and every node have them.
 *
 * @param labels {@code null} as long as no calibration has been asked
 */
public record HeadGrouping(int groups, @Nullable HeadLabels labels) {
    private static final String WORD = Allocation.ENTROPY.word();
    private static final int USUAL_GROUPS = 2;

    public HeadGrouping {
        if (!GroupWeights.known(groups) || (labels != null && labels.groups() != groups)) {
            throw new IllegalArgumentException("groups=" + groups + " labels=" + labels);
        }
    }

    public static HeadGrouping of(HeadLabels labels) {
        return new HeadGrouping(labels.groups(), labels);
    }

    /** Empty if the option names no head groups, or none that there can be. */
    public static Optional<HeadGrouping> parse(String option) {
        if (option.equals(WORD)) {
            return Optional.of(new HeadGrouping(USUAL_GROUPS, null));
        }
        if (!option.startsWith(WORD + "/")) {
            return Optional.empty();
        }
        String rest = option.substring(WORD.length() + 1);
        return rest.length() == 1 && Character.isDigit(rest.charAt(0))
                ? Optional.of(rest.charAt(0) - '0').filter(GroupWeights::known).map(n -> new HeadGrouping(n, null))
                : HeadLabels.parse(rest).map(HeadGrouping::of);
    }

    /** The canonical option. */
    public String text() {
        if (labels != null) {
            return WORD + "/" + labels.text();
        }
        return groups == USUAL_GROUPS ? WORD : WORD + "/" + groups;
    }
}
