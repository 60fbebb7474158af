/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.snapshot.SnapshotOrigin;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.util.Arrays;

/** Reads given tokens with change points after the prompt, every {@link #INTERVAL} tokens behind it, and inside it after {@link #LIMIT}. */
final class SnapshotRun {
    static final int PROMPT = 130;
    static final int INTERVAL = 16;
    static final int LIMIT = 64;
    static final String MODEL = "123-abc";

    private final EngineGroup group;
    private final int[] tokens;

    SnapshotRun(EngineGroup group, int... tokens) {
        this.group = group;
        this.tokens = tokens;
    }

    /** Goes on to position {@code to}; the logits of each token behind the prompt. */
    float[][] read(Sequence sequence, int to) throws EngineException {
        float[][] rows = new float[Math.max(0, to - Math.max(PROMPT, sequence.position()))][];
        int row = 0;
        while (sequence.position() < to) {
            int from = sequence.position();
            boolean decoding = from >= PROMPT;
            StepBatch step = group.nextStep();
            int end = decoding ? from + 1 : Math.min(Math.min(to, from + step.room()), nextChange(from));
            step.add(sequence, tokens, from, end, decoding ? 1 : 0);
            if (end == nextChange(from) && !sequence.options().full()) {
                step.changeAfterLast();
            }
            group.run(step);
            if (decoding) {
                rows[row++] = Arrays.copyOf(group.logits(), group.vocabSize());
            }
        }
        return rows;
    }

    private static int nextChange(int position) {
        if (position < PROMPT) {
            return Math.min(PROMPT, (position / LIMIT + 1) * LIMIT);
        }
        return PROMPT + ((position - PROMPT) / INTERVAL + 1) * INTERVAL;
    }

    /** What the group's shards have of a sequence. */
    static byte[] snapshot(EngineGroup group, Sequence sequence) throws IOException, EngineException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        group.snapshot(sequence, new SnapshotOrigin(MODEL, "ab12", 77), Channels.newChannel(bytes));
        return bytes.toByteArray();
    }
}
