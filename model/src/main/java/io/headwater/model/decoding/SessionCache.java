/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.engine.EngineStatistics;
import io.headwater.model.engine.Sequence;

/**
 * A session's open sequence, the tokens of which the first {@code position} are in its cache, and where the cache has changed shape on the way: it
 * cannot be taken back, so only a log with the same changes goes on from it. Owned by the decode loop.
 */
final class SessionCache {
    private final long session;
    private final Sequence sequence;
    private final ChangeLog changed = new ChangeLog();
    private ChangePoints changes;
    private TokenLog log;

    SessionCache(long session, Sequence sequence, TokenLog log, ChangePoints changes) {
        this.changes = changes;
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
    }

    /** The position at which the cache changes next; rows on both sides of it never share a step. */
    int nextChange() {
        return changes.next(position(), changed.last());
    }

    /** A step with this session's rows is done. */
    void stepped(boolean atChange) {
        if (atChange) {
            changed.add(position());
        }
    }

    /** Tokens that the cache holds. */
    int position() {
        return sequence.position();
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
