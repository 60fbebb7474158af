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

/**
 * The KV memory of all nodes of a plan, and who has been granted how much of it. A session costs every node the blocks of its own heads. Two
 * things bound what is granted: each node's limit, and, where others hold something already, what its host has free at the moment.
 */
final class KvBudget {
    private List<PlanNode> nodes = List.of();
    /** What the nodes told last, by id. */
    private Map<String, NodeFigures> figures = Map.of();
    /** Entries by session, in the order in which they were granted. */
    private final Map<Long, Integer> granted = new LinkedHashMap<>();

    /** False before the first plan: then nothing can be granted or refused. */
    boolean known() {
        return !nodes.isEmpty();
    }

    /** A new plan has other limits: takes back and returns, in order, what no longer fits beside what was granted before it. */
    Map<Long, Integer> limits(List<PlanNode> plan) {
        nodes = List.copyOf(plan);
        Map<Long, Integer> before = new LinkedHashMap<>(granted);
        Map<Long, Integer> withdrawn = new LinkedHashMap<>();
        granted.clear();
        before.forEach((session, entries) -> (fits(session, entries) ? granted : withdrawn).put(session, entries));
        return withdrawn;
    }

    /** What the nodes tell of their memory. */
    void figures(Map<String, NodeFigures> told) {
        figures = Map.copyOf(told);
    }

    void grant(long session, int entries) {
        granted.put(session, entries);
    }

    boolean holds(long session) {
        return granted.containsKey(session);
    }

    /** Entries that the session has been granted; 0 if none. */
    int held(long session) {
        return granted.getOrDefault(session, 0);
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
                : Optional.of(
                        entries + " tokens do not fit: " + String.join(", ", tooSmall)
                                + "; raise --kv-memory, ask for fewer tokens (-n), give a --kv-policy with a smaller --kv-budget or lower --kv-prefill-limit, or add a node");
    }

    /** Whether the nodes' limits allow the session so many, beside all others. */
    boolean fits(long session, int entries) {
        return nodes.stream().allMatch(node -> with(node, session, entries) <= usable(node));
    }

    /**
     * Whether the hosts have so much free now, beside what all others may yet take. One alone never waits for that: what it reserves is the most
     * that it may come to, and nobody's end would free anything.
     */
    boolean hasRoom(long session, int entries) {
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
            long growth = Math.max(0, with(node, session, entries) - now.kvBytes());
            left.computeIfPresent(node.profile().host(), (_, bytes) -> bytes - growth);
        }
        return left.values().stream().allMatch(bytes -> bytes >= 0);
    }

    /** Of all grants, were this one made. */
    private long with(PlanNode node, long session, int entries) {
        long used = bytes(node, entries);
        for (Map.Entry<Long, Integer> other : granted.entrySet()) {
            used += other.getKey() == session ? 0 : bytes(node, other.getValue());
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
