/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import java.util.List;

/** What part of some time compression took, over several measurements. */
final class CompressionTimes {
    private long compression;
    private long columnSums;
    private long whole;

    /** Adds what requests took that ran together from {@code startNanos} until now. */
    void count(List<SequenceFigures> together, long startNanos) {
        compression += together.stream()
                .mapToLong(SequenceFigures::compressionNanos)
                .max()
                .orElse(0);
        columnSums += together.stream()
                .mapToLong(SequenceFigures::columnSumNanos)
                .max()
                .orElse(0);
        whole += System.nanoTime() - startNanos;
    }

    /** Column sums and change points. */
    double share() {
        return share(compression);
    }

    double columnSumShare() {
        return share(columnSums);
    }

    private double share(long part) {
        return whole == 0 ? 0 : (double) part / whole;
    }

    void reset() {
        compression = 0;
        columnSums = 0;
        whole = 0;
    }
}
