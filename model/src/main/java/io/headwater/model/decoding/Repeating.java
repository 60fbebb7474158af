/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;
import java.util.List;

/**
 * A session's reconstruction under way: part after part, over as many steps as it takes, beside other sequences' rows. A change point in a prompt or at
 * its end, whose policy asks for it, has one before its last token, of all that none has repeated yet; so it is a function of the log, like the
 * change itself.
 */
final class Repeating {
    private final Reconstruction reconstruction;
    private final ChangePoints changes;
    private final int contextLength;
    private int done = -1;
    private List<int[]> parts = List.of();
    private int part;
    private int at;

    Repeating(Reconstruction reconstruction, ChangePoints changes, int contextLength) {
        this.reconstruction = reconstruction;
        this.changes = changes;
        this.contextLength = contextLength;
    }

    /** Whether one comes before the change at a position; where the context has no room for it, the next change's repeats these tokens too. */
    private boolean belongsTo(int change) {
        return changes.options().policy().reconstructs()
                && changes.inPrompt(change)
                && reconstruction.fits(room(change));
    }

    private int room(int change) {
        return contextLength - changes.rotaryPosition(change - 1);
    }

    /** How far the session may be read in one go: to the change, or to the token before it as long as that one's reconstruction is not done. */
    int end(int change) {
        return change != ChangePoints.NEVER && done < change && belongsTo(change) ? change - 1 : change;
    }

    /** Whether it has begun and is not over. */
    boolean underWay() {
        return part < parts.size();
    }

    /** Whether something of it is in the cache that the next change has not used yet. */
    boolean ahead(int change) {
        return underWay() || done == change;
    }

    /** Adds rows of it to a step, if one is due where the session is; returns how many. */
    int add(StepBatch step, Sequence sequence, TokenLog log, int change, ChangeLog changed, int most) {
        if (!underWay() && !begin(sequence.position(), log, change, changed)) {
            return 0;
        }
        int[] tokens = parts.get(part);
        int to = Math.min(tokens.length, at + Math.min(most, step.room()));
        if (to == at) {
            return 0;
        }
        step.add(sequence, tokens, at, to, 0);
        step.repeatLast(to == tokens.length);
        return to - at;
    }

    private boolean begin(int position, TokenLog log, int change, ChangeLog changed) {
        if (position != change - 1 || end(change) == change) {
            return false;
        }
        parts = reconstruction.parts(log.array(), repeated(changed), position, room(change));
        part = 0;
        at = 0;
        if (parts.isEmpty()) {
            done = change;
        }
        return underWay();
    }

    /** Tokens that earlier ones have repeated. */
    private int repeated(ChangeLog changed) {
        for (int i = changed.count() - 1; i >= 0; i--) {
            if (!changed.isEvent(i) && belongsTo(changed.get(i))) {
                return changed.get(i) - 1;
            }
        }
        return 0;
    }

    /** So many rows of it have been run. */
    void stepped(int rows, int change) {
        at += rows;
        if (at == parts.get(part).length) {
            part++;
            at = 0;
        }
        if (!underWay()) {
            done = change;
        }
    }
}
