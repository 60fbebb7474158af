/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.engine.EngineStatistics;
import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;

/**
 * A session's open sequence, the tokens of which the first {@code position} are in its cache, and where the cache has changed shape on the way: it
 * cannot be taken back, so only a log with the same changes goes on from it. Owned by the decode loop.
 */
final class SessionCache {
    private final long session;
    private final Sequence sequence;
    private final ChangeLog changed = new ChangeLog();
    private final Reconstruction reconstruction;
    private final int contextLength;
    private ChangePoints changes;
    private Repeating repeating;
    private TokenLog log;

    SessionCache(
            long session,
            Sequence sequence,
            TokenLog log,
            ChangePoints changes,
            Reconstruction reconstruction,
            int contextLength) {
        this.changes = changes;
        this.reconstruction = reconstruction;
        this.contextLength = contextLength;
        this.repeating = new Repeating(reconstruction, changes, contextLength);
        this.session = session;
        this.sequence = sequence;
        this.log = log;
    }

    long session() {
        return session;
    }

    Sequence sequence() {
        return sequence;
    }

    TokenLog log() {
        return log;
    }

    void goOnWith(TokenLog longer, ChangePoints further) {
        log = longer;
        changes = further;
        repeating = new Repeating(reconstruction, further, contextLength);
    }

    /** The position at which the cache changes next; rows on both sides of it never share a step. */
    int nextChange() {
        return changes.next(position(), changed.last());
    }

    /** Where a run of this session's tokens ends at the latest: at the next change, or before its last token, where a reconstruction comes first. */
    int runEnd() {
        return repeating.end(nextChange());
    }

    /** Adds rows of a reconstruction to a step, if one is under way or due; returns how many. */
    int addRepeated(StepBatch step, int most) {
        return repeating.add(step, sequence, log, nextChange(), changed, most);
    }

    /** Whether a reconstruction is under way: the cache holds tokens that are not the session's. */
    boolean repeating() {
        return repeating.underWay();
    }

    /** A step with a run of this session is done. */
    void stepped(StepBatch step, int run) {
        if (step.repeats(run)) {
            repeating.stepped(step.rowsOf(run), nextChange());
        } else if (step.changesAfter(run)) {
            changed.add(position());
        }
    }

    /** Tokens of the session that the cache holds. */
    int position() {
        return sequence.position() - sequence.repeated();
    }

    /** Whether a log goes on from here: it begins with what the cache holds, and at most {@code most} of it is past. */
    boolean leadsTo(TokenIds known, int most, ChangePoints further) {
        return position() <= most
                && log.begins(known, position())
                && further.options().equals(sequence.options())
                && changed.agreesWith(further, position());
    }

    SequenceFigures figures(EngineStatistics before, EngineStatistics now) {
        return new SequenceFigures(
                position(),
                sequence.kvBytes(),
                sequence.peakKvBytes(),
                sequence.kvScoreBytes(),
                sequence.kvFullBytes(),
                sequence.headEntries(),
                sequence.represented(),
                changed.count(),
                sequence.rebasings(),
                now.compressionNanos() - before.compressionNanos(),
                now.columnSumNanos() - before.columnSumNanos(),
                now.exchangeNanos() - before.exchangeNanos(),
                now.exchangeBytes() - before.exchangeBytes());
    }
}
