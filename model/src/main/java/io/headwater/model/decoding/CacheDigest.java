/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * By what a cache on disk is known again: the tokens that it has read, the positions and budgets at which it has changed shape on the way, and what it has
 * repeated where.
 */
final class CacheDigest {
    private static final int BYTES = 16;

    /** No position: what follows are budget events. */
    private static final int EVENTS = -1;

    /** No position either: the change before it comes after a segment that was read by stages, which begins at the position that follows. */
    private static final int STAGED = -2;

    /** No position either: the event before it ran a part of a reconstruction, whose rows and end follow. */
    private static final int REPEATED = -3;

    private CacheDigest() {}

    /** 32 hexadecimal digits of the first {@code position} tokens and the changes up to there. */
    static String of(TokenLog log, int position, ChangeLog changed) {
        int events = changed.events() == 0 ? 0 : 1 + 5 * changed.events();
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES * (1 + position + 3 * changed.count() + events));
        bytes.putInt(position);
        for (int i = 0; i < position; i++) {
            bytes.putInt(log.get(i));
        }
        for (int i = 0; i < changed.count(); i++) {
            bytes.putInt(changed.get(i));
            if (changed.stagedFrom(i) != ChangePoints.NEVER) {
                bytes.putInt(STAGED).putInt(changed.stagedFrom(i));
            }
        }
        if (events > 0) {
            bytes.putInt(EVENTS);
        }
        for (int i = 0; i < changed.events(); i++) {
            bytes.putInt(changed.event(i).position()).putInt(changed.event(i).budget());
            @Nullable RepeatedPart part = changed.event(i).repeated();
            if (part != null) {
                bytes.putInt(REPEATED).putInt(part.rows()).putInt(part.to());
            }
        }
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Arrays.copyOf(bytes.array(), bytes.position()));
            return HexFormat.of().formatHex(hash, 0, BYTES);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
