/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.kvcache.KvOptions;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cache at a turn's end.
 *
 * @param policyText the policy with all its options
 * @param budget entries per head in the mean over layers, at the end: less than was asked for where memory was short; null where there is none
 * @param entries stored, {@code [layer][kv head]}
 * @param represented tokens that attend, those that expanded storage has merged included (compact storage does not count them); of heads elsewhere as many an entry as of the leader's
 * @param bytes of keys, values, positions and all other state, as charged in blocks; of nodes elsewhere reckoned from the leader's
 * @param bytesScores of bytes, what is neither keys and values nor positions
 * @param bytesFull what a full cache would be charged
 * @param repeats parts of its context that the session has repeated while it was idle, or memory short
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record KvReport(
        String policy,
        String policyText,
        @Nullable Integer budget,
        List<List<Integer>> entries,
        List<List<Integer>> represented,
        long bytes,
        long bytesScores,
        long bytesPeak,
        long bytesFull,
        int compressions,
        int budgetChanges,
        int repeats,
        int rebasings) {
    KvReport {
        entries = entries.stream().map(List::copyOf).toList();
        represented = represented.stream().map(List::copyOf).toList();
    }

    static KvReport of(KvOptions kv, SequenceFigures figures) {
        return new KvReport(
                kv.policy().name(),
                kv.policy().text(),
                kv.full() ? null : inForce(kv, figures),
                figures.headEntries(),
                represented(figures),
                figures.kvBytes(),
                figures.kvScoreBytes(),
                figures.peakKvBytes(),
                figures.kvFullBytes(),
                figures.compressions(),
                figures.budgetChanges(),
                figures.repeats(),
                figures.rebasings());
    }

    /** An answer that was cancelled before it began has no cache. */
    private static int inForce(KvOptions kv, SequenceFigures figures) {
        return figures.budget() == 0 ? kv.budget() : figures.budget();
    }

    /** Heads that the leader does not have stand for as many tokens an entry as its own of the layer do. */
    private static List<List<Integer>> represented(SequenceFigures figures) {
        List<List<Integer>> all = new ArrayList<>();
        for (int layer = 0; layer < figures.headEntries().size(); layer++) {
            all.add(represented(
                    figures.represented().get(layer), figures.headEntries().get(layer)));
        }
        return all;
    }

    private static List<Integer> represented(List<Integer> known, List<Integer> entries) {
        double tokensPerEntry = (double) sum(known) / Math.max(1, sum(entries.subList(0, known.size())));
        List<Integer> all = new ArrayList<>(known);
        for (int entriesElsewhere : entries.subList(known.size(), entries.size())) {
            all.add((int) Math.rint(tokensPerEntry * entriesElsewhere));
        }
        return all;
    }

    private static int sum(List<Integer> numbers) {
        return numbers.stream().mapToInt(Integer::intValue).sum();
    }
}
