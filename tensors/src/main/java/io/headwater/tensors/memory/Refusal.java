/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

/** Why {@link SessionMemory#take} gave no block: negative codes, since a block is never negative. */
public final class Refusal {
    /** The session is at its limit: compress or evict, or raise its limit. */
    public static final int SESSION_LIMIT = -1;
    /** The arena, or the node above it, has no room for another slab: free other sessions' blocks or wait. */
    public static final int ARENA_LIMIT = -2;
    /** Within all limits, but the system gave no memory: the limits are higher than the machine allows. */
    public static final int SYSTEM = -3;

    private Refusal() {}

    /** For messages. */
    public static String describe(int code) {
        return switch (code) {
            case SESSION_LIMIT -> "the session's memory limit";
            case ARENA_LIMIT -> "the memory limit of the engine or its node";
            case SYSTEM -> "the system has no memory left";
            default -> throw new IllegalArgumentException("code=" + code + " is no refusal");
        };
    }
}
