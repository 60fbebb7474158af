/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaConfig;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cache at a turn's end.
 *
 * @param policyText the policy with all its options
 * @param budget entries per head in the mean over layers, null where there is none
 * @param entries stored, {@code [layer][kv head]}
 * @param represented tokens that attend, those that expanded storage has merged included (compact storage does not count them); of heads elsewhere as many as of the leader's in the mean
 * @param bytes of keys, values, positions and all other state, as charged in blocks; of nodes elsewhere reckoned from the leader's
 * @param bytesScores of bytes, what is neither keys and values nor positions
 * @param bytesFull what a full cache would be charged
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
        int rebasings) {
    KvReport {
        entries = entries.stream().map(List::copyOf).toList();
        represented = represented.stream().map(List::copyOf).toList();
    }

    static KvReport of(LlamaConfig config, KvOptions kv, SequenceFigures figures) {
        return new KvReport(
                kv.policy().name(),
                kv.policy().text(),
                kv.full() ? null : kv.budget(),
                figures.headEntries(),
                represented(config.nKvHeads(), figures),
                figures.kvBytes(),
                figures.kvScoreBytes(),
                figures.peakKvBytes(),
                figures.kvFullBytes(),
                figures.compressions(),
                0,
                figures.rebasings());
    }

    /** Of heads that the leader does not have, what its own have in the mean. */
    private static List<List<Integer>> represented(int nKvHeads, SequenceFigures figures) {
        return figures.represented().stream()
                .map(known -> {
                    double mean =
                            known.stream().mapToInt(Integer::intValue).average().orElse(0);
                    List<Integer> all = new ArrayList<>(known);
                    while (all.size() < nKvHeads) {
                        all.add((int) Math.rint(mean));
                    }
                    return List.copyOf(all);
                })
                .toList();
    }
}
