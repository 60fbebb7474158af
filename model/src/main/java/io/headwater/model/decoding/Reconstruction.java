/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What a model reads to repeat its context (KVzip, ALGORITHMS 5.4): a part at a time, each after a request for it, and after the first part the end of
 * the one before. Each part goes on from the context itself. Immutable.
 */
public final class Reconstruction {
    private static final String FIRST = "\n\nRepeat the previous context exactly.\n";
    private static final String NEXT = "\n\nRepeat the part of the previous context exactly, starting with";

    /** Tokens of the part before that a request ends with. */
    private static final int TAIL = 8;

    /** Of the context, for a part that is worth its request. */
    static final int LEAST_PART = 128;

    private final int[] first;
    private final int[] next;

    public Reconstruction(Tokenizer tokenizer) {
        first = tokenizer.encode(FIRST, false);
        next = tokenizer.encode(NEXT, false);
    }

    /** Whether a useful part fits into the positions that the context has left. */
    boolean fits(int room) {
        return most(room) >= LEAST_PART;
    }

    /** Tokens of the context that a part of at most so many rows repeats in any case. */
    int most(int rows) {
        return Math.min(KvOptions.REPEATED, rows) - Math.max(first.length, next.length) - TAIL;
    }

    /**
     * What is read to repeat tokens {@code [from, to)}; nothing where less than a useful part fits into the context.
     *
     * @param room positions that the context has left
     */
    public List<int[]> parts(int[] tokens, int from, int to, int room) {
        int most = most(room);
        List<int[]> parts = new ArrayList<>();
        for (int at = from; fits(room) && at < to; at += most) {
            parts.add(part(tokens, at == from, at, Math.min(to, at + most)));
        }
        return parts;
    }

    /** The rows of one part, which repeats tokens {@code [from, to)}; {@code begins}: none comes right before it. */
    int[] part(int[] tokens, boolean begins, int from, int to) {
        int[] request = begins ? first : next;
        int tail = tail(begins, from);
        int[] rows = Arrays.copyOf(request, request.length + to - tail);
        System.arraycopy(tokens, tail, rows, request.length, to - tail);
        return rows;
    }

    /** Up to which token the first so many rows of such a part repeat. */
    int reached(boolean begins, int from, int rows) {
        return Math.max(from, tail(begins, from) + rows - (begins ? first : next).length);
    }

    private static int tail(boolean begins, int from) {
        return begins ? from : Math.max(0, from - TAIL);
    }
}
