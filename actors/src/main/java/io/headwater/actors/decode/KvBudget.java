/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.plan.PlanNode;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.memory.ArenaOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** The KV memory of all nodes of a plan, and who has been granted how much of it. A session costs every node the blocks of its own heads. */
final class KvBudget {
    private List<PlanNode> nodes = List.of();
    /** Entries by session. */
    private final Map<Long, Integer> granted = new LinkedHashMap<>();

    /** False before the first plan: then nothing can be granted or refused. */
    boolean known() {
        return !nodes.isEmpty();
    }

    /** A new plan has other limits; what is granted stays granted. */
    void limits(List<PlanNode> plan) {
        nodes = List.copyOf(plan);
    }

    void grant(long session, int entries) {
        granted.put(session, entries);
    }

    void release(long session) {
        granted.remove(session);
    }

    /** Why so many entries can never be granted, if they cannot. */
    Optional<String> never(int entries) {
        List<String> tooSmall = new ArrayList<>();
        for (PlanNode node : nodes) {
            long need = bytes(node, entries);
            if (need > usable(node)) {
                tooSmall.add("node " + node.id() + " would need " + mebibytes(need) + " MiB of KV memory and may use "
                        + mebibytes(usable(node)) + " MiB");
            }
        }
        return tooSmall.isEmpty()
                ? Optional.empty()
                : Optional.of(entries + " tokens do not fit: " + String.join(", ", tooSmall)
                        + "; ask for fewer tokens (-n), or give --kv-memory more");
    }

    /** Whether the session can have so many now, beside all others. */
    boolean fits(long session, int entries) {
        for (PlanNode node : nodes) {
            long used = bytes(node, entries);
            for (Map.Entry<Long, Integer> other : granted.entrySet()) {
                used += other.getKey() == session ? 0 : bytes(node, other.getValue());
            }
            if (used > usable(node)) {
                return false;
            }
        }
        return true;
    }

    /** Memory comes in blocks. */
    private static long bytes(PlanNode node, int entries) {
        long blocks = ((long) entries + KvLayout.BLOCK_ENTRIES - 1) / KvLayout.BLOCK_ENTRIES;
        return blocks * KvLayout.BLOCK_ENTRIES * node.kvBytesPerEntry();
    }

    /** Engines take memory in whole slabs. */
    private static long usable(PlanNode node) {
        long slabs = node.profile().kvLimitBytes() / ArenaOptions.DEFAULT_SLAB_BYTES;
        return slabs * ArenaOptions.DEFAULT_SLAB_BYTES;
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 1048576.0);
    }
}
