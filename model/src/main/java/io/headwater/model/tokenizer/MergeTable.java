/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import java.util.List;
import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Object2IntHashMap;

/** For a pair of tokens: the rank of their merge (0 is best) and the token that it makes. */
final class MergeTable {
    /** The answer for a pair that does not merge. */
    static final long NO_MERGE = -1;

    private final Long2LongHashMap merges;

    /** A merge of tokens that the vocabulary lacks, or into such a token, can never happen and is left out. */
    MergeTable(List<String> lines, Object2IntHashMap<String> ids) {
        merges = new Long2LongHashMap(Math.max(16, lines.size() * 2), 0.6f, NO_MERGE);
        for (int rank = 0; rank < lines.size(); rank++) {
            String line = lines.get(rank);
            int space = line.indexOf(' ', 1);
            if (space < 0 || space == line.length() - 1) {
                throw new IllegalArgumentException("tokenizer.ggml.merges[" + rank + "] is \"" + line
                        + "\", expected two tokens with a space between: the file is damaged, fetch it again");
            }
            int left = ids.getValue(line.substring(0, space));
            int right = ids.getValue(line.substring(space + 1));
            int merged = ids.getValue(line.substring(0, space) + line.substring(space + 1));
            if (left >= 0 && right >= 0 && merged >= 0) {
                merges.putIfAbsent(pair(left, right), ((long) rank << 32) | merged);
            }
        }
    }

    /** {@link #NO_MERGE}, or rank and token for {@link #rank} and {@link #merged}. */
    long find(int left, int right) {
        return merges.get(pair(left, right));
    }

    static int rank(long merge) {
        return (int) (merge >> 32);
    }

    static int merged(long merge) {
        return (int) merge;
    }

    private static long pair(int left, int right) {
        return ((long) left << 32) | right;
    }
}
