/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The cache at a turn's end. Without a policy every head holds every token, and the full cache is the cache.
 *
 * @param budget entries per head, null where there is none
 * @param entries stored, {@code [layer][kv head]}
 * @param represented tokens that they stand for
 * @param bytes of keys, values, positions and scores, as charged in blocks
 */
@JsonInclude(JsonInclude.Include.ALWAYS)
record KvReport(
        String policy,
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
        entries = List.copyOf(entries);
        represented = List.copyOf(represented);
    }

    static KvReport of(LoadedModel model, SequenceFigures figures) {
        List<Integer> heads = Collections.nCopies(model.config().nKvHeads(), figures.entries());
        List<List<Integer>> entries = Collections.nCopies(model.config().nLayers(), heads);
        return new KvReport(
                "none",
                null,
                entries,
                entries,
                figures.kvBytes(),
                0,
                figures.peakKvBytes(),
                figures.kvBytes(),
                0,
                0,
                0);
    }
}
