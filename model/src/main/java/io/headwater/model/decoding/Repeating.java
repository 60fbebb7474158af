/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.StepBatch;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A session's reconstruction under way: part after part, over as many steps as it takes, beside other sequences' rows. A change point in a prompt or at its
 * end, with {@code when=idle} any change point of token counts, has one before its last token, of all that none has repeated yet, if its policy asks for it;
 * so it is a function of the log, like the change itself. Others the supervisor asks for, a part at a time, and the log tells of each.
 */
final class Repeating {
    /** Why a part is run. */
    private enum Reason {
        /** The next change point asks for it. */
        CHANGE,
        /** The log tells of it. */
        LOG,
        /** The supervisor asks for it; the log will be told. */
        SUPERVISOR
    }

    private static final int[] NO_ROWS = {};

    private final Reconstruction reconstruction;
    private final ChangePoints changes;
    private final int contextLength;
    private final boolean reconstructs;
    private final boolean waitsForIdle;
    /** The change whose reconstruction is over. */
    private int done = -1;
    /** Parts that the next change point has asked for, which are in the cache and of which the log tells nothing. */
    private final List<RepeatedPart> untold = new ArrayList<>();

    /** Of the part under way. */
    private int[] rows = NO_ROWS;

    private Reason reason = Reason.CHANGE;
    private boolean begins;
    private int from;
    /** Rows of it that have been run. */
    private int at;

    Repeating(Reconstruction reconstruction, ChangePoints changes, int contextLength) {
        this.reconstruction = reconstruction;
        this.changes = changes;
        this.contextLength = contextLength;
        this.reconstructs = changes.options().policy().reconstructs();
        this.waitsForIdle = changes.options().policy().waitsForIdle();
    }

    /** Whether one comes before the change at a position; where the context has no room for it, the next change's repeats these tokens too. */
    private boolean belongsTo(int change) {
        return reconstructs && (waitsForIdle || changes.inPrompt(change)) && reconstruction.fits(room(change - 1));
    }

    /** Positions that are left to rows which follow so many tokens. */
    private int room(int tokens) {
        return contextLength - changes.rotaryPosition(tokens);
    }

    /** How far the session may be read in one go: to the change, or to the token before it as long as that one's reconstruction is not done. */
    int end(int change) {
        return change != ChangePoints.NEVER && done < change && belongsTo(change) ? change - 1 : change;
    }

    /** Whether something of it is in the cache that neither the log tells of nor the next change has used yet. */
    boolean ahead() {
        return at > 0 || !untold.isEmpty();
    }

    /** Whether its rows come before the session's next token. */
    boolean due(SessionCache cache) {
        return reconstructs
                && (underWay() || cache.loggedPart() != null || dueBefore(cache.nextChange(), cache.position()));
    }

    private boolean dueBefore(int change, int position) {
        return position == change - 1 && end(change) != change;
    }

    /** Whether a part that the supervisor has asked for is under way. */
    boolean asked() {
        return underWay() && reason == Reason.SUPERVISOR;
    }

    private boolean underWay() {
        return at < rows.length;
    }

    /** Adds rows of it to a step, if one is due where the session is; returns how many. */
    int add(StepBatch step, SessionCache cache, int most) {
        if (!reconstructs || (!underWay() && !begin(cache))) {
            return 0;
        }
        int to = Math.min(rows.length, at + Math.min(most, step.room()));
        if (to == at) {
            return 0;
        }
        step.add(cache.sequence(), rows, at, to, 0);
        step.repeatLast(to == rows.length);
        return to - at;
    }

    private boolean begin(SessionCache cache) {
        @Nullable RepeatedPart logged = cache.loggedPart();
        int change = cache.nextChange();
        if (logged != null) {
            begin(Reason.LOG, cache, cache.position());
            rows = Arrays.copyOf(rows, Math.min(Math.min(rows.length, logged.rows()), room(cache.position())));
        } else if (dueBefore(change, cache.position())) {
            if (repeated(cache.changed()) >= change - 1) {
                done = change;
            } else {
                begin(Reason.CHANGE, cache, reconstruction.most(room(change - 1)));
            }
        }
        return underWay();
    }

    private void begin(Reason why, SessionCache cache, int mostTokens) {
        reason = why;
        from = repeated(cache.changed());
        begins = untold.isEmpty() && !cache.changed().endsWithPart(cache.position());
        int to = (int) Math.min(cache.position(), (long) from + mostTokens);
        rows = reconstruction.part(cache.log().array(), begins, from, to);
        at = 0;
    }

    /**
     * The supervisor asks for the next part of what no reconstruction has repeated yet, in at most so many rows; false if that is too few, the context has no
     * room for it, or nothing is left.
     */
    boolean ask(SessionCache cache, int mostRows) {
        int left = cache.position() - repeated(cache.changed());
        int room = room(cache.position());
        int most = reconstruction.most(Math.min(room, mostRows));
        if (ahead() || left < 1 || !reconstruction.fits(room) || most < Math.min(left, Reconstruction.LEAST_PART)) {
            return false;
        }
        begin(Reason.SUPERVISOR, cache, most);
        return true;
    }

    /** Tokens that have been repeated, from the first on. */
    int repeated(ChangeLog changed) {
        if (!untold.isEmpty()) {
            return untold.getLast().to();
        }
        for (int i = changed.count() - 1; i >= 0; i--) {
            @Nullable RepeatedPart part = changed.part(i);
            if (part != null) {
                return part.to();
            }
            if (!changed.isEvent(i) && belongsTo(changed.get(i))) {
                return changed.get(i) - 1;
            }
        }
        return 0;
    }

    /** So many rows of it have been run. */
    void stepped(int count, SessionCache cache) {
        at += count;
        if (underWay()) {
            return;
        }
        int change = cache.nextChange();
        Reason why = reason;
        RepeatedPart part = end();
        switch (why) {
            case CHANGE -> {
                untold.add(part);
                done = part.to() == change - 1 ? change : done;
            }
            case LOG -> cache.happened();
            case SUPERVISOR -> cache.decided(part);
        }
    }

    private RepeatedPart end() {
        RepeatedPart part = new RepeatedPart(at, reconstruction.reached(begins, from, at));
        rows = NO_ROWS;
        at = 0;
        return part;
    }

    /** The cache has changed: what was to come before that is over, or comes in another way. */
    void changed() {
        untold.clear();
        rows = NO_ROWS;
        at = 0;
    }

    /** Ends it where it is, after its rows have been taken back: the parts that the log has to tell of now, in their order. */
    List<RepeatedPart> cut() {
        List<RepeatedPart> all = new ArrayList<>(untold);
        if (at > 0) {
            all.add(end());
        }
        changed();
        done = -1;
        return all;
    }

    /** Tokens that the part under way has repeated so far. */
    int progress() {
        return at == 0 ? 0 : reconstruction.reached(begins, from, at) - from;
    }
}
