/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.runtime.NodeShelf.Outcome;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.Exchange;
import io.headwater.model.engine.ExchangeException;
import io.headwater.model.engine.KvRoom;
import io.headwater.model.engine.NoKvMemoryException;
import io.headwater.model.engine.StepBatch;
import io.headwater.tensors.kernels.KvLayout;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Every node's word on a step before it begins: whether it has KV memory for each run, and what it has and holds; likewise on its part of a cache in files.
 * The words are added up in one exchange, each node's at a place of its own, so all know what one refuses, and none runs it. What a node needs is known to
 * itself alone: where heads compete, or stand for others, it is not what the leader needs. Owned by the engine thread; the first words are exchanged before
 * there is one.
 */
final class KvConsent {
    private static final int REFUSED = 0;
    private static final int LIMIT = 1;
    private static final int USED = 2;
    /** What a sequence is charged for a block of entries in each of the node's heads. */
    private static final int BLOCK = 3;

    /** 1 if it has a folder for sessions' caches. */
    private static final int KEEPS = 4;

    private static final int WORDS = 5;
    private static final int NOBODY = -1;

    private final Exchange exchange;
    private final KvRoom own;
    private final long limitBytes;
    private final long blockBytes;
    private final boolean keeps;
    private final int shard;
    private final int nodes;
    private final int dim;
    /** Of all nodes, {@code [nodes, WORDS]}, and zeros up to a row of the exchange. */
    private final long[] words;

    /**
     * Nobody has said anything yet.
     *
     * @param dim values of a row of the exchange
     * @param keeps whether this node has a folder for sessions' caches
     */
    KvConsent(Exchange exchange, EngineGroup group, int shard, int nodes, int dim, boolean keeps) {
        this.keeps = keeps;
        this.exchange = exchange;
        this.own = group.kvRooms().getFirst();
        this.limitBytes = own.limitBytes();
        this.blockBytes = own.leastBytes(1);
        this.shard = shard;
        this.nodes = nodes;
        this.dim = dim;
        this.words = new long[Math.ceilDiv(nodes * WORDS, dim) * dim];
    }

    /** Each node tells what it has, when all have come. */
    void meet() throws ExchangeException {
        say(NOBODY);
    }

    /**
     * The leader, who has room itself and has told the step, asks whether all have; if not, it keeps none for the step.
     *
     * @throws NoKvMemoryException if one has not: nobody runs the step
     * @throws ExchangeException if the epoch is over
     */
    void ask(EngineGroup group, StepBatch step) throws ExchangeException, NoKvMemoryException {
        say(NOBODY);
        for (int node = 0; node < nodes; node++) {
            int run = refused(node);
            if (run != NOBODY) {
                group.giveBack(step);
                throw new NoKvMemoryException(
                        run,
                        "no KV memory on shard " + node + " for " + step.rowsOf(run) + " more tokens at position "
                                + step.sequence(run).position());
            }
        }
    }

    /** A follower's word on a step that it has heard of; whether all have room for it. If not, none is kept for it here. */
    boolean answer(EngineGroup group, StepBatch step) throws EngineException, ExchangeException {
        int refused = NOBODY;
        try {
            group.prepare(step);
        } catch (NoKvMemoryException e) {
            refused = e.run();
        }
        say(refused);
        boolean all = true;
        for (int node = 0; node < nodes; node++) {
            all &= refused(node) == NOBODY;
        }
        if (!all) {
            group.giveBack(step);
        }
        return all;
    }

    /** How all have come off with their parts of a cache: of their words the one that counts. */
    Outcome outcome(Outcome own) throws ExchangeException {
        say(own.number - 1);
        int worst = 0;
        for (int node = 0; node < nodes; node++) {
            worst = Math.max(worst, refused(node) + 1);
        }
        return Outcome.of(worst);
    }

    /** Nodes that have a folder for sessions' caches. */
    int keeping() {
        int keeping = 0;
        for (int node = 0; node < nodes; node++) {
            keeping += (int) words[node * WORDS + KEEPS];
        }
        return keeping;
    }

    int nodes() {
        return nodes;
    }

    private void say(int refused) throws ExchangeException {
        Arrays.fill(words, 0);
        int at = shard * WORDS;
        words[at + REFUSED] = refused + 1L;
        words[at + LIMIT] = limitBytes;
        words[at + USED] = own.usedBytes();
        words[at + BLOCK] = blockBytes;
        words[at + KEEPS] = keeps ? 1 : 0;
        exchange.allReduce(words, words.length, dim, Exchange.AFTER_LAYERS, Exchange.BETWEEN_STEPS);
    }

    private int refused(int node) {
        return (int) words[node * WORDS + REFUSED] - 1;
    }

    /** The memory of each node, as it was told last. */
    List<KvRoom> rooms() {
        return IntStream.range(0, nodes)
                .<KvRoom>mapToObj(node -> node == shard ? own : new Told(node))
                .toList();
    }

    /** Another node's. */
    private final class Told implements KvRoom {
        private final int at;

        Told(int node) {
            this.at = node * WORDS;
        }

        @Override
        public long limitBytes() {
            return words[at + LIMIT];
        }

        @Override
        public long usedBytes() {
            return words[at + USED];
        }

        @Override
        public long leastBytes(int entries) {
            return Math.ceilDiv(entries, KvLayout.BLOCK_ENTRIES) * words[at + BLOCK];
        }
    }
}
