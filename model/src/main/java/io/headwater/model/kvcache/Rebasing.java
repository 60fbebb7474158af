/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

/**
 * When a session's positions start anew (DESIGN 7): where its next token would get the context's length as its position, it gets half of that, and
 * what the heads have kept moves close before it. A function of how many tokens there have been, so every shard and every replay does it alike.
 * A full cache is never re-based.
 */
public final class Rebasing {
    /** Positions are token counts. */
    public static final Rebasing NEVER = new Rebasing(Integer.MAX_VALUE);

    private final int contextLength;

    private Rebasing(int contextLength) {
        this.contextLength = contextLength;
    }

    /** Where the context has this length. */
    public static Rebasing at(int contextLength) {
        return new Rebasing(contextLength);
    }

    /** Of sessions with such a cache. */
    public static Rebasing of(KvOptions options, int contextLength) {
        return options.full() ? NEVER : new Rebasing(contextLength);
    }

    /** The context whose end positions do not reach; {@link Integer#MAX_VALUE} for a full cache. */
    public int contextLength() {
        return contextLength;
    }

    /** The position of the token that comes first after a re-basing: P0; a head may have no more entries than this. */
    public int base() {
        return contextLength / 2;
    }

    private int period() {
        return contextLength - base();
    }

    /** The position of the token that comes after so many. */
    public int position(int tokens) {
        return tokens < contextLength ? tokens : base() + (tokens - contextLength) % period();
    }

    /** Whether a session is re-based after so many tokens. */
    public boolean due(int tokens) {
        return tokens >= contextLength && (tokens - contextLength) % period() == 0;
    }

    /** The first count above this one after which a session is re-based. */
    public int next(int tokens) {
        long next =
                tokens < contextLength ? contextLength : (long) tokens + period() - (tokens - contextLength) % period();
        return (int) Math.min(Integer.MAX_VALUE, next);
    }

    /** How often a session has been re-based after so many tokens. */
    public int count(int tokens) {
        return tokens < contextLength ? 0 : 1 + (tokens - contextLength) / period();
    }
}
