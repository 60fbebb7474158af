/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.headwater.cluster.media.DataAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The data plane of one node in one epoch. Start from {@link #of}.
 *
 * @param self this node's shard in the plan, an index of {@code nodes}
 * @param nodes where every node of the plan receives
 * @param dim values of a row in an all-reduce
 * @param maxRows rows of a step, at most
 * @param vocabulary whose logits each node computes
 * @param crossoverRows from this number of rows on, sums are reduced in two halves (reduce-scatter, all-gather); below it everyone sends all
 *     to everyone; 0 and {@code Integer.MAX_VALUE} force one
 * @param waiting how its threads wait for messages
 * @param connectTimeout until all nodes must have come
 * @param deadAfter silence after which a node is dead
 * @param hungAfter how long a node that others wait for may stay in one place
 */
public record PlaneOptions(
        int epoch,
        int self,
        List<DataAddress> nodes,
        int dim,
        int maxRows,
        List<VocabularySlice> vocabulary,
        int crossoverRows,
        WaitPolicy waiting,
        Duration connectTimeout,
        Duration deadAfter,
        Duration hungAfter) {
    /** A message of the step stream may have so many rows more than a step. */
    public static final int ROWS_BESIDE_A_STEP = 64;

    private static final int MOST_NODES = 255;

    /** Below that a pause of this process would look like the peers' silence. */
    private static final Duration LEAST_SILENCE = Duration.ofMillis(300);

    public PlaneOptions {
        nodes = List.copyOf(nodes);
        vocabulary = List.copyOf(vocabulary);
        List<String> wrong = new ArrayList<>();
        if (nodes.isEmpty() || nodes.size() > MOST_NODES || self < 0 || self >= nodes.size()) {
            wrong.add("nodes=" + nodes.size() + " self=" + self + ": expected 1 to " + MOST_NODES
                    + " nodes with this one among them");
        }
        if (vocabulary.size() != nodes.size()) {
            wrong.add("vocabulary=" + vocabulary + ": expected a slice for each of " + nodes.size() + " nodes");
        }
        if (dim < 1 || maxRows < 1 || (long) dim * maxRows > Integer.MAX_VALUE - 8) {
            wrong.add("dim=" + dim + " maxRows=" + maxRows + ": expected 1 or more, their product in an array");
        }
        if (epoch < 0 || crossoverRows < 0) {
            wrong.add("epoch=" + epoch + " crossoverRows=" + crossoverRows + ": expected 0 or more");
        }
        if (!connectTimeout.isPositive()
                || deadAfter.compareTo(LEAST_SILENCE) < 0
                || hungAfter.compareTo(deadAfter) < 0) {
            wrong.add("connectTimeout=" + connectTimeout + " deadAfter=" + deadAfter + " hungAfter=" + hungAfter
                    + ": expected a positive time, one of at least " + LEAST_SILENCE.toMillis()
                    + " ms (signs of life come each 100), and one not below that");
        }
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", wrong));
        }
    }

    /** With the usual limits: 5 s to connect, 1 s of silence, 10 s without progress; halves from 16 rows on; waits that do not spin. */
    public static PlaneOptions of(
            int epoch, int self, List<DataAddress> nodes, int dim, int maxRows, List<VocabularySlice> vocabulary) {
        return new PlaneOptions(
                epoch,
                self,
                nodes,
                dim,
                maxRows,
                vocabulary,
                16,
                WaitPolicy.of(1, 2),
                Duration.ofSeconds(5),
                Duration.ofSeconds(1),
                Duration.ofSeconds(10));
    }

    public PlaneOptions withCrossoverRows(int rows) {
        return new PlaneOptions(
                epoch, self, nodes, dim, maxRows, vocabulary, rows, waiting, connectTimeout, deadAfter, hungAfter);
    }

    public PlaneOptions withWait(WaitPolicy policy) {
        return new PlaneOptions(
                epoch,
                self,
                nodes,
                dim,
                maxRows,
                vocabulary,
                crossoverRows,
                policy,
                connectTimeout,
                deadAfter,
                hungAfter);
    }

    public PlaneOptions withLimits(Duration connect, Duration dead, Duration hung) {
        return new PlaneOptions(
                epoch, self, nodes, dim, maxRows, vocabulary, crossoverRows, waiting, connect, dead, hung);
    }
}
