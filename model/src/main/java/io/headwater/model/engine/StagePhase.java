/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.entropy.TokenImportance;
import io.headwater.model.kvcache.SegmentRows;
import io.headwater.model.kvcache.SequenceCache;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import java.util.Arrays;

/**
 * What a step with rows of a prompt that is read by stages does before and after its layers on one shard. A stage but the first begins with hidden states
 * that the one before has left, and leaves its own. After its last row each shard asks its KV heads of the stage's last layer what the last queries pay to
 * each token, the shards add that up as integers, and every shard goes on with the same tokens: no chunk, worker or layout changes a bit of the choice.
 */
final class StagePhase {
    private final int dim;
    private final int kvHeads;
    private final StepBuffers buffers;
    private final ShardTeam team;
    private final StepBatch batch;
    private final StepFault fault;
    private final TokenAttention[] ofWorkers;

    StagePhase(
            ShardGeometry geometry,
            StepBuffers buffers,
            ShardTeam team,
            StepBatch batch,
            StepFault fault,
            Kernels kernels,
            KvLayout layout) {
        this.dim = geometry.config().dim();
        this.kvHeads = geometry.kvHeads();
        this.buffers = buffers;
        this.team = team;
        this.batch = batch;
        this.fault = fault;
        this.ofWorkers = new TokenAttention[team.workers()];
        int groupSize = geometry.config().groupSize();
        Arrays.setAll(ofWorkers, _ -> new TokenAttention(kernels, layout, groupSize));
    }

    /** A step's only sequence. */
    private SequenceCache cache() {
        return batch.sequence(0).cache(team.index());
    }

    private StagedSegment segment() {
        return batch.sequence(0).segment();
    }

    /** The residual stream of rows [from, to) becomes what the stage before has left of them. */
    void read(int from, int to) {
        SegmentRows left = cache().segment();
        int first = segment().done();
        for (int row = from; row < to; row++) {
            left.read(first + row, buffers.residual, row * dim);
        }
    }

    /** Leaves rows [from, to) of the residual stream for the next stage. */
    void write(int from, int to) {
        SegmentRows left = cache().segment();
        int first = segment().done();
        for (int row = from; row < to; row++) {
            left.write(first + row, buffers.residual, row * dim);
        }
    }

    /** After the last layer of a step: heads count its rows in, and where a stage ends the tokens of the next one are chosen. Nothing after a fault. */
    void run(int worker) throws ExchangeException {
        team.await(worker);
        if (fault.of(0) != null) {
            return;
        }
        if (worker == 0) {
            cache().advance(
                            batch.rows(),
                            batch.position(batch.rows() - 1) + 1,
                            segment().firstLayer(),
                            segment().endLayer());
        }
        if (batch.endsStage()) {
            team.await(worker);
            attend(worker);
            if (worker == 0) {
                choose();
            }
        }
    }

    /** A head of each worker between two barriers: a node shows that it goes on. */
    private void attend(int worker) throws ExchangeException {
        ofWorkers[worker].clear(rowsOfStage());
        int layer = segment().endLayer() - 1;
        for (int first = 0; first < kvHeads; first += team.workers()) {
            if (first + worker < kvHeads) {
                ofWorkers[worker].add(cache().head(layer, first + worker));
            }
            team.await(worker);
        }
    }

    private int rowsOfStage() {
        return segment().done() + batch.rows();
    }

    /** One worker, while the others wait for the step's end. */
    private void choose() throws ExchangeException {
        int rows = rowsOfStage();
        long[] sums = new long[rows];
        for (TokenAttention ofWorker : ofWorkers) {
            ofWorker.addTo(sums);
        }
        team.total(sums, buffers, dim);
        int recent = batch.sequence(0).options().policy().window();
        int next = segment().nextRows(segment().tokensAfter(batch.rows()));
        int[] kept = TokenImportance.best(sums, rows, next, recent);
        cache().segment().keep(kept);
        if (team.index() == 0) {
            segment().choose(kept);
        }
    }
}
