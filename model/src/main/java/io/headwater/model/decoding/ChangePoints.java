/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.compression.entropy.PrefillStages;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.Rebasing;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a session's cache changes shape (DESIGN 5.8), a function of token counts only: at the end of each turn's prompt, inside a prompt every
 * {@code prefillLimit} tokens since the last change, in an answer every {@code interval} tokens since, and wherever it is re-based. With a policy that waits
 * until the session is idle it is every {@code prefillLimit} tokens wherever they belong, and where it is re-based. A position here is how many tokens the
 * cache has seen. An answer's last token is seen with the next turn's prompt, so it counts to that.
 */
final class ChangePoints {
    static final int NEVER = Integer.MAX_VALUE;

    private final KvOptions options;
    private final Rebasing rebasing;
    private final List<PastTurn> past;
    private final int prompt;
    private final @Nullable PrefillStages stages;
    private final boolean waitsForIdle;

    /** {@code prompt}: where the prompt of the turn after the past ones ends. */
    ChangePoints(KvOptions options, Rebasing rebasing, List<PastTurn> past, int prompt) {
        this.options = options;
        this.stages = options.policy().stages().orElse(null);
        this.waitsForIdle = options.policy().waitsForIdle();
        this.rebasing = rebasing;
        this.past = List.copyOf(past);
        this.prompt = prompt;
        int end = 1;
        for (PastTurn turn : past) {
            if (turn.prompt() < end) {
                throw new IllegalArgumentException("a turn's prompt ends at " + turn.prompt()
                        + ", the answer before it at " + end + ": turns follow each other");
            }
            end = turn.end();
        }
        if (prompt < end) {
            throw new IllegalArgumentException(
                    "the prompt ends at " + prompt + ", the answer before it at " + end + ": turns follow each other");
        }
    }

    KvOptions options() {
        return options;
    }

    /** The position by which the token after so many is turned. */
    int rotaryPosition(int tokens) {
        return rebasing.position(tokens);
    }

    /** The first change point after a position, when the last one was {@code last}. */
    int next(int position, int last) {
        return options.full() ? NEVER : Math.min(inTurns(position, last), rebasing.next(position));
    }

    private int inTurns(int position, int last) {
        if (waitsForIdle) {
            return inPrompt(position, last, NEVER);
        }
        int at = position;
        for (PastTurn turn : past) {
            if (at < turn.prompt()) {
                return inPrompt(at, last, turn.prompt());
            }
            int due = Math.max(at + 1, last + options.interval());
            if (due < turn.end()) {
                return due;
            }
            at = Math.max(at, turn.end() - 1);
        }
        return at < prompt ? inPrompt(at, last, prompt) : Math.max(at + 1, last + options.interval());
    }

    /** Whether a change at this position belongs to a prompt: it is inside one, or at its end. */
    boolean inPrompt(int position) {
        return beginOfPrompt(position) != NEVER;
    }

    /** Where the prompt begins that a change at this position is inside of, or at the end of; never if it belongs to none. */
    private int beginOfPrompt(int position) {
        int begin = 0;
        for (PastTurn turn : past) {
            if (position <= turn.prompt()) {
                return begin;
            }
            if (position < turn.end()) {
                return NEVER;
            }
            begin = turn.end() - 1;
        }
        return position <= prompt ? begin : NEVER;
    }

    /**
     * Where the segment begins that is read by stages (ALGORITHMS 3.5) and ends at the first change point after a position, when the last one was {@code
     * last}: there, or where the prompt begins. Never, if that change belongs to no prompt, or no stage goes on with fewer tokens.
     */
    int stagedFrom(int position, int last) {
        PrefillStages shorter = stages;
        if (shorter == null) {
            return NEVER;
        }
        int end = next(position, last);
        int begin = beginOfPrompt(end);
        int from = Math.max(last, begin);
        return begin != NEVER && shorter.shortens(end - from) ? from : NEVER;
    }

    /** Whether a position is in the middle of such a segment, so that no cache goes on from there that has read tokens of it otherwise. */
    boolean splitsStages(int position, int last) {
        return stagedFrom(position, last) < position;
    }

    private int inPrompt(int at, int last, int end) {
        return (int) Math.min(end, Math.max(at + 1L, (long) last + options.prefillLimit()));
    }
}
