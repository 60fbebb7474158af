/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Sessions' ids in the decode loop: the same in each life of a server, so that a cache on disk is found again. */
public final class DecodeIds {
    private DecodeIds() {}

    /** 63 bits of a hash: two of a million sessions have the same with a probability of 10⁻⁷. */
    public static long of(String session) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(session.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(hash).getLong() & Long.MAX_VALUE;
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
