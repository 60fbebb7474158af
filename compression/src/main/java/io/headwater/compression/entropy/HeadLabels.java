/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The group of every KV head of a model: 0, the lowest entropies, to {@code groups − 1}. Its text is short, for policies carry it: {@code
 * 2/30x3/4ab…}, groups, layers × KV heads, and the labels head by head and layer by layer in as few bits as they take, first ones highest, as
 * hexadecimal digits.
 *
 * @param labels {@code [layer · kvHeads + KV head]}
 */
public record HeadLabels(int groups, int kvHeads, List<Integer> labels) {
    private static final Pattern TEXT =
            Pattern.compile("([2-8])/([1-9][0-9]{0,4})x([1-9][0-9]{0,4})/([0-9a-f]{1,65536})");
    private static final int DIGIT_BITS = 4;
    private static final int HEX = 16;

    public HeadLabels {
        labels = List.copyOf(labels);
        if (!GroupWeights.known(groups)) {
            throw new IllegalArgumentException("groups=" + groups);
        }
        if (kvHeads < 1 || labels.isEmpty() || labels.size() % kvHeads != 0) {
            throw new IllegalArgumentException("labels of " + labels.size() + " heads, " + kvHeads + " in a layer");
        }
        for (int label : labels) {
            if (label < 0 || label >= groups) {
                throw new IllegalArgumentException("head group " + label + " of " + groups);
            }
        }
    }

    public int nLayers() {
        return labels.size() / kvHeads;
    }

    /** The group of a head; {@code kvHead} counts over the whole layer. */
    public int group(int layer, int kvHead) {
        return labels.get(layer * kvHeads + kvHead);
    }

    /** What {@link #parse} understands. */
    public String text() {
        StringBuilder text = new StringBuilder(groups + "/" + nLayers() + "x" + kvHeads + "/");
        int bits = bits(groups);
        int digit = 0;
        int filled = 0;
        for (int label : labels) {
            for (int bit = bits - 1; bit >= 0; bit--) {
                digit = digit << 1 | (label >> bit & 1);
                filled++;
                if (filled == DIGIT_BITS) {
                    text.append(Character.forDigit(digit, HEX));
                    digit = 0;
                    filled = 0;
                }
            }
        }
        if (filled > 0) {
            text.append(Character.forDigit(digit << (DIGIT_BITS - filled), HEX));
        }
        return text.toString();
    }

    /** Empty if the text says no labels. */
    public static Optional<HeadLabels> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        int groups = Integer.parseInt(matcher.group(1));
        int kvHeads = Integer.parseInt(matcher.group(3));
        long heads = Long.parseLong(matcher.group(2)) * kvHeads;
        String digits = matcher.group(4);
        if (!GroupWeights.known(groups) || Math.ceilDiv(heads * bits(groups), DIGIT_BITS) != digits.length()) {
            return Optional.empty();
        }
        List<Integer> labels = labels(digits, (int) heads, bits(groups));
        boolean known = labels.stream().allMatch(label -> label < groups);
        return known
                ? Optional.of(new HeadLabels(groups, kvHeads, labels))
                        .filter(read -> read.text().equals(text))
                : Optional.empty();
    }

    private static List<Integer> labels(String digits, int heads, int bits) {
        List<Integer> labels = new ArrayList<>();
        int bit = 0;
        for (int head = 0; head < heads; head++) {
            int label = 0;
            for (int end = bit + bits; bit < end; bit++) {
                int digit = Character.digit(digits.charAt(bit / DIGIT_BITS), HEX);
                label = label << 1 | (digit >> (DIGIT_BITS - 1 - bit % DIGIT_BITS) & 1);
            }
            labels.add(label);
        }
        return labels;
    }

    private static int bits(int groups) {
        return Integer.SIZE - Integer.numberOfLeadingZeros(groups - 1);
    }
}
