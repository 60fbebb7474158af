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
    private static final int LEAST_PART = 128;

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

    private int most(int room) {
        return Math.min(KvOptions.REPEATED, room) - Math.max(first.length, next.length) - TAIL;
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
            int tail = at == from ? at : Math.max(from, at - TAIL);
            parts.add(joined(at == from ? first : next, tokens, tail, Math.min(to, at + most)));
        }
        return parts;
    }

    private static int[] joined(int[] request, int[] tokens, int from, int to) {
        int[] joined = Arrays.copyOf(request, request.length + to - from);
        System.arraycopy(tokens, from, joined, request.length, to - from);
        return joined;
    }
}
