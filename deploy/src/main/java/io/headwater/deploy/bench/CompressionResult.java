/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.kvcache.KvOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What {@code bench} tells of a policy.
 *
 * @param decodeEmpty tokens/s of as many sequences without a policy that begin with empty caches, measured in turn with the others
 * @param decodeRatio decode at the depth, compressed, against that
 * @param columnSumShare share of the time that column sums take, change points left out
 * @param bytes of a session's cache right after the depth was read and compressed, as charged
 * @param bytesScores of bytes, what is neither keys and values nor positions
 * @param bytesFull what a full cache would be charged
 * @param keysValuesShare keys, values and positions as a share of bytesFull
 * @param stateShare bytes as a share of bytesFull
 * @param resident memory of this process, if it was asked for
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
record CompressionResult(
        String policy,
        int budget,
        int interval,
        List<Double> decodeEmpty,
        double decodeRatio,
        BenchResult.CompressionShare columnSumShare,
        long bytes,
        long bytesScores,
        long bytesFull,
        double keysValuesShare,
        double stateShare,
        @Nullable Resident resident) {
    CompressionResult {
        decodeEmpty = List.copyOf(decodeEmpty);
    }

    static CompressionResult of(
            KvOptions kv,
            List<Double> decode,
            List<Double> decodeEmpty,
            BenchResult.CompressionShare columnSumShare,
            SequenceFigures filled,
            @Nullable Resident resident) {
        double full = Math.max(1, filled.kvFullBytes());
        double empty = BenchResult.mean(decodeEmpty);
        return new CompressionResult(
                kv.policy().text(),
                kv.budget(),
                kv.interval(),
                decodeEmpty,
                empty == 0 ? 0 : BenchResult.mean(decode) / empty,
                columnSumShare,
                filled.kvBytes(),
                filled.kvScoreBytes(),
                filled.kvFullBytes(),
                (filled.kvBytes() - filled.kvScoreBytes()) / full,
                filled.kvBytes() / full,
                resident);
    }

    /**
     * Resident bytes of this process.
     *
     * @param empty before the prompt
     * @param before the last reading while the prompt was read; nothing is compressed yet unless it is longer than the prefill limit
     * @param after 5 s after it was compressed
     */
    record Resident(long empty, long before, long after) {}
}
