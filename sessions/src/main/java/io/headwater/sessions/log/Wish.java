/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.util.Optional;

/**
 * What one gateway wants of another that owns a session. It is repeated until it has come true, so one that is lost costs time only, and one that comes
 * late must do no harm.
 *
 * @param turn whose answer is to end, from 1; 0 where it does not matter
 */
public record Wish(String session, Kind kind, int turn) {
    private static final String TURN = ":";

    public Wish {
        if ((kind == Kind.CANCEL) != (turn > 0)) {
            throw new IllegalArgumentException(
                    kind + " of turn " + turn + ": an answer that is to end has a turn, nothing else has");
        }
    }

    /** What may be wanted. */
    public enum Kind {
        /** That the session, when it is at rest, is let go. */
        RELEASE,
        /** That the answer of one turn ends. */
        CANCEL,
        /** Nothing: somebody hears its answer elsewhere, so it does not end for want of hearers. */
        HEARD
    }

    /** That a turn's answer ends, if it is still at work then: the next turn's does not. */
    public static Wish cancel(String session, int turn) {
        return new Wish(session, Kind.CANCEL, turn);
    }

    /** That the session is let go. */
    public static Wish release(String session) {
        return new Wish(session, Kind.RELEASE, 0);
    }

    /** That whoever hears it here counts. */
    public static Wish heard(String session) {
        return new Wish(session, Kind.HEARD, 0);
    }

    /** As it is in the database: {@code CANCEL:3}, {@code RELEASE}, {@code HEARD}. */
    String text() {
        return turn > 0 ? kind + TURN + turn : kind.name();
    }

    /** What such a text says; nothing if this version does not know it. */
    static Optional<Wish> read(String session, String text) {
        String[] parts = text.split(TURN, 2);
        try {
            return Optional.of(
                    new Wish(session, Kind.valueOf(parts[0]), parts.length > 1 ? Integer.parseInt(parts[1]) : 0));
        } catch (IllegalArgumentException _) { // also of a number that is none
            return Optional.empty();
        }
    }
}
