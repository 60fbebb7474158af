/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.engine.EngineStatistics;
import io.headwater.model.engine.Sequence;

/** A session's open sequence, and the tokens of which the first {@code position} are in its cache. Owned by the decode loop. */
final class SessionCache {
    private final long session;
    private final Sequence sequence;
    private TokenLog log;

    SessionCache(long session, Sequence sequence, TokenLog log) {
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

    void goOnWith(TokenLog longer) {
        log = longer;
    }

    /** Tokens that the cache holds. */
    int position() {
        return sequence.position();
    }

    /** Whether a log goes on from here: it begins with what the cache holds, and at most {@code most} of it is past. */
    boolean leadsTo(TokenIds known, int most) {
        return position() <= most && log.begins(known, position());
    }

    SequenceFigures figures(EngineStatistics before, EngineStatistics now) {
        return new SequenceFigures(
                position(),
                sequence.kvBytes(),
                sequence.peakKvBytes(),
                now.exchangeNanos() - before.exchangeNanos(),
                now.exchangeBytes() - before.exchangeBytes());
    }
}
