/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.plan.NodeFigures;
import io.headwater.actors.plan.PlanNode;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.memory.ArenaOptions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/**
 * The KV memory of all nodes of a plan, and who has been granted how much of it. A session costs every node the blocks of its own heads. Two
 * things bound what is granted: each node's limit, by what sessions must have at least, and, where others hold something already, what its host has free at
 * the moment, by the most that all may come to within the limit.
 */
final class KvBudget {
    private List<PlanNode> nodes = List.of();
    /** What the nodes told last, by id. */
    private Map<String, NodeFigures> figures = Map.of();
    /** By session, in the order in which they were granted. */
    private final Map<Long, KvNeed> granted = new LinkedHashMap<>();

    /** False before the first plan: then nothing can be granted or refused. */
    boolean known() {
        return !nodes.isEmpty();
    }

    /** A new plan has other limits: takes back and returns, in order, what no longer fits beside what was granted before it. */
    Map<Long, KvNeed> limits(List<PlanNode> plan) {
        nodes = List.copyOf(plan);
        Map<Long, KvNeed> before = new LinkedHashMap<>(granted);
        Map<Long, KvNeed> withdrawn = new LinkedHashMap<>();
        granted.clear();
        before.forEach((session, need) -> (fits(session, need) ? granted : withdrawn).put(session, need));
        return withdrawn;
    }

    /** What the nodes tell of their memory. */
    void figures(Map<String, NodeFigures> told) {
        figures = Map.copyOf(told);
    }

    void grant(long session, KvNeed need) {
        granted.put(session, need);
    }

    boolean holds(long session) {
        return granted.containsKey(session);
    }

    /** Whether it has been granted so much. */
    boolean holds(long session, KvNeed need) {
        @Nullable KvNeed held = granted.get(session);
        return held != null && need.within(held);
    }

    void release(long session) {
        granted.remove(session);
    }

    /** Why so much can never be granted, if it cannot. */
    Optional<String> never(KvNeed wanted) {
        List<String> tooSmall = new ArrayList<>();
        for (PlanNode node : nodes) {
            long need = bytes(node, wanted.least());
            if (need > usable(node)) {
                tooSmall.add("node " + node.id() + " would need " + mebibytes(need) + " MiB of KV memory and may use "
                        + mebibytes(usable(node)) + " MiB");
            }
        }
        return tooSmall.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        words(wanted) + " do not fit: " + String.join(", ", tooSmall)
                                + "; raise --kv-memory, ask for fewer tokens (-n), give a --kv-policy with a smaller --kv-budget or lower --kv-prefill-limit, or add a node");
    }

    private static String words(KvNeed need) {
        return need.least() == need.entries()
                ? need.entries() + " tokens"
                : need.least() + " entries of each head, the least that such a session may be brought down to,";
    }

    /** Whether the nodes' limits allow the session what it must have, beside what all others must. */
    boolean fits(long session, KvNeed need) {
        return nodes.stream().allMatch(node -> with(node, session, need, KvNeed::least) <= usable(node));
    }

    /**
     * Whether the hosts have so much free now, beside what all others may yet take. One alone never waits for that: what it reserves is the most
     * that it may come to, and nobody's end would free anything.
     */
    boolean hasRoom(long session, KvNeed need) {
        if (granted.isEmpty() || (granted.size() == 1 && granted.containsKey(session))) {
            return true;
        }
        Map<String, Long> left = new HashMap<>();
        for (PlanNode node : nodes) {
            NodeFigures now = figures.getOrDefault(node.id(), NodeFigures.NONE);
            if (now.freeBytes() > 0) { // it has told
                left.merge(node.profile().host(), now.freeBytes(), Math::min);
            }
        }
        for (PlanNode node : nodes) {
            NodeFigures now = figures.getOrDefault(node.id(), NodeFigures.NONE);
            long most = Math.min(usable(node), with(node, session, need, KvNeed::entries));
            long growth = Math.max(0, most - now.kvBytes());
            left.computeIfPresent(node.profile().host(), (_, bytes) -> bytes - growth);
        }
        return left.values().stream().allMatch(bytes -> bytes >= 0);
    }

    /** Of all grants, were this one made. */
    private long with(PlanNode node, long session, KvNeed need, ToIntFunction<KvNeed> entries) {
        long used = bytes(node, entries.applyAsInt(need));
        for (Map.Entry<Long, KvNeed> other : granted.entrySet()) {
            used += other.getKey() == session ? 0 : bytes(node, entries.applyAsInt(other.getValue()));
        }
        return used;
    }

    /** Memory comes in blocks. */
    private static long bytes(PlanNode node, int entries) {
        long blocks = ((long) entries + KvLayout.BLOCK_ENTRIES - 1) / KvLayout.BLOCK_ENTRIES;
        return blocks * KvLayout.BLOCK_ENTRIES * node.kvBytesPerEntry();
    }

    /** Engines take memory in whole slabs. */
    private static long usable(PlanNode node) {
        long limitBytes = node.profile().kvLimitBytes();
        return limitBytes - limitBytes % ArenaOptions.slabBytes(limitBytes);
    }

    private static String mebibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 1048576.0);
    }
}
