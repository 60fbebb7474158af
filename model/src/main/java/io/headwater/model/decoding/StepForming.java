/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.StepBatch;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Forms steps: one row of every sequence that decodes, and what room is left goes to prompts, in the order they came; beside decoding sequences only as much
 * as keeps the step short ({@link PrefillPace}). Rows of a prompt that is read by stages go through some of the layers only: they have every other step for
 * themselves. What an idle session repeats has what is left when no prompt is read; beside decoding sequences a few rows, or as many as a prompt where memory is
 * short. Owned by the decode loop.
 */
final class StepForming {
    private final PrefillPace pace;
    /** Whose the runs of the step are, in their order. */
    private final List<Running> runs = new ArrayList<>();

    private int decodeRows;
    /** Of prompts, and of what is repeated. */
    private int promptRows;
    /** Whose rows of a reconstruction are the step's last run; null if there are none. */
    private @Nullable SessionCache idle;
    /** Prompt rows of a step, fewer where memory has no room for as many. */
    private int mostPromptRows = Integer.MAX_VALUE;
    /** Whether the last step was one of stages, while others waited. */
    private boolean staged;
    /** Whether any of those others decodes. */
    private boolean held;

    StepForming(BatchingOptions options) {
        this.pace = new PrefillPace(options);
    }

    /**
     * Adds the runs of those at work to an empty step.
     *
     * @param repeating an idle session that repeats its context, or null
     * @param urgent it frees memory, which is short
     */
    void form(StepBatch step, List<Running> running, @Nullable SessionCache repeating, boolean urgent) {
        runs.clear();
        idle = null;
        staged = !staged && addStaged(step, running);
        if (staged) {
            return;
        }
        decodeRows = addRuns(step, running, true, Integer.MAX_VALUE);
        int room = decodeRows == 0 ? step.room() : Math.min(step.room(), pace.rows(decodeRows, reading(running)));
        promptRows = addRuns(step, running, false, Math.min(room, mostPromptRows));
        if (repeating != null && (urgent || promptRows == 0)) {
            addRepeated(step, repeating, urgent);
        }
    }

    private void addRepeated(StepBatch step, SessionCache repeating, boolean urgent) {
        int most = decodeRows == 0 ? step.room() : pace.rows(decodeRows, urgent ? 1 : 0) - promptRows;
        int rows = most < 1 ? 0 : repeating.addRepeated(step, Math.min(most, step.room()));
        promptRows += rows;
        idle = rows > 0 ? repeating : null;
    }

    private static int reading(List<Running> running) {
        int reading = 0;
        for (int i = 0; i < running.size(); i++) {
            reading += running.get(i).work().decoding() ? 0 : 1;
        }
        return reading;
    }

    /** As many rows of the first prompt that is read by stages, if there is one; beside decoding sequences no more than in other steps. */
    private boolean addStaged(StepBatch step, List<Running> running) {
        int room = Math.min(step.room(), mostPromptRows);
        int decoding = 0;
        @Nullable Running first = null;
        for (int i = 0; i < running.size(); i++) {
            Running one = running.get(i);
            decoding += one.work().decoding() ? 1 : 0;
            first = first == null && one.work().cache().stagesDue() ? one : first;
        }
        if (first == null) {
            return false;
        }
        held = decoding > 0;
        decodeRows = 0;
        promptRows = first.work().add(step, held ? Math.min(room, pace.rows(decoding, reading(running))) : room);
        runs.add(first);
        return true;
    }

    private int addRuns(StepBatch step, List<Running> running, boolean decoding, int most) {
        int rows = 0;
        for (int i = 0; i < running.size() && rows < most; i++) {
            Running one = running.get(i);
            if (one.work().decoding() == decoding) {
                int added = one.work().add(step, decoding ? 1 : most - rows);
                rows += added;
                if (added > 0) {
                    runs.add(one);
                }
            }
        }
        return rows;
    }

    /** Runs of requests; an idle session's is behind them. */
    int runs() {
        return runs.size();
    }

    /** The idle session of which the step's last run is; null if there is none. */
    @Nullable
    SessionCache idle() {
        return idle;
    }

    /** Whose a run of the step is. */
    Running of(int run) {
        return runs.get(run);
    }

    /** The step has been run, in so much time. */
    void stepped(long nanos) {
        mostPromptRows = (int) Math.min(Integer.MAX_VALUE, 2L * mostPromptRows);
        if (staged && held) {
            pace.steppedAlone(promptRows, nanos);
        } else {
            pace.stepped(decodeRows, promptRows, nanos);
        }
    }

    /** The step had no room: the next one has half as many prompt rows. False if it cannot have fewer. */
    boolean shortens() {
        if (promptRows <= 1) {
            return false;
        }
        mostPromptRows = promptRows / 2;
        return true;
    }
}
