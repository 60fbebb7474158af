/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.tensors.forms.PackedMatrix;
import io.headwater.tensors.kernels.Activations;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.TileScratch;
import java.util.Arrays;

/**
 * A step's way through one shard, in reading order. All workers of the shard run {@link #run}, each on its share, and meet at a
 * barrier after every phase; after attention and after the MLP the shards meet in the {@link Exchange}.
 */
final class ForwardPass {
    private final ShardGeometry geometry;
    private final LlamaConfig config;
    private final ShardWeights weights;
    private final Embedding embedding;
    private final RopeTable rope;
    private final Kernels kernels;
    private final StepBuffers buffers;
    private final AttentionPhase attention;
    private final ColumnSumPhase columnSums;
    private final PeakPhase peaks;
    private final StagePhase stages;
    private final ChangePhase changes;
    private final ShardTeam team;
    private final StepBatch batch;
    private final StepFault fault;
    private final float queryScale;
    private LayerProbe probe = LayerProbe.NONE;
    private long columnSumNanos;
    private long changeNanos;

    ForwardPass(ShardParts parts) {
        this.geometry = parts.geometry();
        this.config = geometry.config();
        this.weights = parts.weights();
        this.embedding = parts.embedding();
        this.rope = parts.rope();
        this.kernels = parts.kernels();
        this.buffers = parts.buffers();
        this.attention = parts.attention();
        this.columnSums = parts.columnSums();
        this.peaks = parts.peaks();
        this.stages = parts.stages();
        this.changes = parts.changes();
        this.team = parts.team();
        this.batch = parts.batch();
        this.fault = parts.fault();
        this.queryScale = (float) (1 / Math.sqrt(config.headDim()));
    }

    /** Worker {@code worker}'s part of the current step. */
    void run(int worker, WorkerScratch scratch) throws ExchangeException {
        if (worker == 0) {
            begin();
        }
        team.await(worker);
        if (batch.rows() > 0) {
            layers(worker, scratch);
        }
        if (batch.staged()) {
            choose(worker);
        }
        if (changes.marked()) {
            change(worker, scratch);
        }
    }

    private void layers(int worker, WorkerScratch scratch) throws ExchangeException {
        enter(worker);
        for (int layer = batch.firstLayer(); layer < batch.endLayer(config.nLayers()); layer++) {
            LayerWeights w = weights.layers().get(layer);
            norm(worker, w.attentionNorm(), buffers.normed, layer);
            team.await(worker);
            queriesKeysValues(worker, w, scratch.tile);
            attention.approach(layer, worker, team.workers(), scratch);
            team.await(worker);
            rotateAndStore(worker, layer);
            if (worker == 0) {
                attention.begin(layer);
            }
            team.await(worker);
            if (worker == 0) {
                probe.layer(layer, batch.rows(), buffers.residual, buffers.q);
            }
            attention.run(scratch);
            team.await(worker);
            quantiseAttended(worker);
            team.await(worker);
            addColumnSums(layer, worker, scratch);
            contribute(worker, w.wo(), geometry.headUnitBlocks(), buffers.attended, scratch.tile);
            team.reduce(worker, buffers, batch.rows() * config.dim(), config.dim(), layer, 0);
            addContributions(worker, "what attention gives", layer);
            norm(worker, w.ffnNorm(), buffers.normed, layer);
            team.await(worker);
            gatedHidden(worker, w, scratch);
            team.await(worker);
            contribute(worker, w.wDown(), geometry.ffnUnitBlocks(), buffers.hidden, scratch.tile);
            team.reduce(worker, buffers, batch.rows() * config.dim(), config.dim(), layer, 1);
            addContributions(worker, "what the MLP gives", layer);
        }
        if (batch.endLayer(config.nLayers()) < config.nLayers()) {
            stages.write(share(batch.rows(), worker), share(batch.rows(), worker + 1));
        }
        if (batch.wantedRows() > 0) {
            lastNorm(worker);
            team.await(worker);
            logits(worker, scratch.tile);
            team.gather(worker, buffers.logits, batch.wantedRows(), geometry);
        }
    }

    private void addColumnSums(int layer, int worker, WorkerScratch scratch) {
        if (columnSums.any() || peaks.any()) {
            long start = System.nanoTime();
            columnSums.run(layer, worker, scratch);
            peaks.run(layer, worker, scratch);
            if (worker == 0) {
                columnSumNanos += System.nanoTime() - start;
            }
        }
    }

    /** Between two steps. */
    void probe(LayerProbe looking) {
        probe = looking;
    }

    /** Time that worker 0 has spent on column sums; between two steps, as the next. */
    long columnSumNanos() {
        return columnSumNanos;
    }

    /** Time that worker 0 has spent at change points and between stages, waiting included. */
    long changeNanos() {
        return changeNanos;
    }

    /** Where a prompt is read by stages: the tokens of the next one. */
    private void choose(int worker) throws ExchangeException {
        long start = System.nanoTime();
        stages.run(worker);
        if (worker == 0) {
            changeNanos += System.nanoTime() - start;
        }
    }

    /** At change points: after the step's attention on the old caches, before the next token. */
    private void change(int worker, WorkerScratch scratch) throws ExchangeException {
        team.await(worker);
        long start = System.nanoTime();
        if (worker == 0) {
            changes.begin();
        }
        team.await(worker);
        walk(changes.reports(), worker, scratch);
        if (worker == 0) {
            changes.meet(team, buffers);
        }
        team.await(worker);
        walk(changes.changes(), worker, scratch);
        if (worker == 0) {
            changeNanos += System.nanoTime() - start;
        }
    }

    private void walk(HeadWalk heads, int worker, WorkerScratch scratch) throws ExchangeException {
        for (int phase = 0; phase < heads.phases(); phase++) {
            heads.next(worker, scratch.compressors);
            team.await(worker);
        }
    }

    /** Worker 0, before the others start. */
    private void begin() {
        buffers.begin(batch);
        attention.beginStep();
        columnSums.beginStep();
        peaks.beginStep();
        changes.beginStep();
        for (int run = 0; run < batch.runs(); run++) {
            rope.ensure(batch.rowsOf(run) == 0 ? 0 : batch.position(batch.firstRow(run + 1) - 1) + 1);
        }
        team.begin();
    }

    private int share(int n, int worker) {
        return (int) ((long) n * worker / team.workers());
    }

    /** A worker's rows of the residual stream. */
    private void enter(int worker) {
        if (batch.firstLayer() == 0) {
            embed(worker);
        } else {
            stages.read(share(batch.rows(), worker), share(batch.rows(), worker + 1));
        }
    }

    private void embed(int worker) {
        for (int row = share(batch.rows(), worker); row < share(batch.rows(), worker + 1); row++) {
            embedding.read(batch.token(row), buffers.residual, row * config.dim());
        }
    }

    private void norm(int worker, float[] weight, Activations out, int layer) {
        for (int row = share(batch.rows(), worker); row < share(batch.rows(), worker + 1); row++) {
            norm(row, weight, out, row, layer);
        }
    }

    /** The rows that logits are wanted of, close together. */
    private void lastNorm(int worker) {
        for (int row = share(batch.rows(), worker); row < share(batch.rows(), worker + 1); row++) {
            int wanted = batch.wantedIndex(row);
            if (wanted >= 0) {
                norm(row, weights.outputNorm(), buffers.last, wanted, config.nLayers());
            }
        }
    }

    /** RMSNorm and quantisation of one row. */
    private void norm(int row, float[] weight, Activations out, int to, int layer) {
        int dim = config.dim();
        boolean finite = kernels.rmsNorm()
                .normalise(buffers.residual, row * dim, weight, dim, config.rmsNormEps(), out.values(), to * dim);
        if (!finite) {
            fault.report("the residual stream's norm is not finite", layer, row);
        }
        if (!quantise(out, to)) {
            fault.report("an activation is not finite", layer, row);
        }
    }

    private boolean quantise(Activations x, int row) {
        return kernels.quantiser().quantise(x, row, 0, x.blocks());
    }

    private void queriesKeysValues(int worker, LayerWeights w, TileScratch scratch) {
        int q = w.wq().tiles();
        int k = w.wk().tiles();
        int tiles = q + k + w.wv().tiles();
        for (int tile = share(tiles, worker); tile < share(tiles, worker + 1); tile++) {
            if (tile < q) {
                project(w.wq(), tile, buffers.q, geometry.queryDim(), 0, buffers.normed, scratch);
            } else if (tile < q + k) {
                project(w.wk(), tile - q, buffers.k, geometry.kvDim(), 0, buffers.normed, scratch);
            } else {
                project(w.wv(), tile - q - k, buffers.v, geometry.kvDim(), 0, buffers.normed, scratch);
            }
        }
    }

    /** One tile of outputs of all rows, to {@code out[row · stride + at + …]}. */
    private void project(
            PackedMatrix w, int tile, float[] out, int stride, int at, Activations x, TileScratch scratch) {
        kernels.matMul().multiply(w, tile, 0, w.blocks(), x, scratch);
        int first = tile * PackedMatrix.TILE_ROWS;
        int n = Math.min(PackedMatrix.TILE_ROWS, w.rows() - first);
        for (int row = 0; row < x.rows(); row++) {
            System.arraycopy(scratch.output(), row * PackedMatrix.TILE_ROWS, out, row * stride + at + first, n);
        }
    }

    /** RoPE on queries and keys, scaling of queries; keys and values go to the cache, from which they are read back. */
    private void rotateAndStore(int worker, int layer) {
        int kvHeads = geometry.kvHeads();
        int items = batch.rows() * kvHeads;
        for (int item = share(items, worker); item < share(items, worker + 1); item++) {
            int row = item / kvHeads;
            int kvHead = item % kvHeads;
            int group = rotateQueries(row, kvHead);
            int at = row * geometry.kvDim() + kvHead * config.headDim();
            rope.rotate(buffers.k, at, batch.position(row));
            HeadCache cache = batch.sequence(batch.run(row)).cache(team.index()).head(layer, kvHead);
            cache.store(batch.index(row), batch.position(row), buffers.k, at, buffers.v, at);
            if (!batch.repeats(batch.run(row))) {
                int last = batch.position(batch.firstRow(batch.run(row) + 1) - 1);
                cache.storeQueries(batch.position(row), last, buffers.q, group);
            }
        }
    }

    /** Returns where the group's queries begin. */
    private int rotateQueries(int row, int kvHead) {
        int headDim = config.headDim();
        int from = row * geometry.queryDim() + kvHead * config.groupSize() * headDim;
        for (int at = from; at < from + config.groupSize() * headDim; at += headDim) {
            rope.rotate(buffers.q, at, batch.position(row));
            for (int d = at; d < at + headDim; d++) {
                buffers.q[d] *= queryScale;
            }
        }
        return from;
    }

    private void quantiseAttended(int worker) {
        for (int row = share(batch.rows(), worker); row < share(batch.rows(), worker + 1); row++) {
            attention.mergeRow(row);
            if (!quantise(buffers.attended, row)) {
                buffers.broken.mark(row);
            }
        }
    }

    /** Each unit's contribution to the residual stream, rounded once to integers; items are (tile, unit). */
    private void contribute(int worker, PackedMatrix w, int unitBlocks, Activations x, TileScratch scratch) {
        int dim = config.dim();
        long[] sums = buffers.sums[worker];
        Arrays.fill(sums, 0, batch.rows() * dim, 0);
        int units = w.blocks() / unitBlocks;
        int items = w.tiles() * units;
        for (int item = share(items, worker); item < share(items, worker + 1); item++) {
            int first = item / units * PackedMatrix.TILE_ROWS;
            int block = item % units * unitBlocks;
            kernels.matMul().multiply(w, item / units, block, block + unitBlocks, x, scratch);
            int n = Math.min(PackedMatrix.TILE_ROWS, dim - first);
            for (int row = 0; row < batch.rows(); row++) {
                int from = row * PackedMatrix.TILE_ROWS;
                if (!kernels.partialSums().add(scratch.output(), from, sums, row * dim + first, n)) {
                    buffers.broken.mark(row);
                }
            }
        }
    }

    /** What has broken at one shard only is told here, where all know of it: by all in the same words. */
    private void addContributions(int worker, String what, int layer) {
        int dim = config.dim();
        for (int row = share(batch.rows(), worker); row < share(batch.rows(), worker + 1); row++) {
            if (buffers.broken.broken(row, buffers.sums[0][row * dim])) {
                fault.report(what + " is not finite or out of range", layer, row);
            }
            kernels.partialSums().addTo(buffers.sums[0], row * dim, buffers.residual, row * dim, dim);
        }
    }

    /** Gate and up projections of the same tile, SwiGLU, and quantisation of the columns that it makes. */
    private void gatedHidden(int worker, LayerWeights w, WorkerScratch scratch) {
        Activations hidden = buffers.hidden;
        int tiles = w.wGate().tiles();
        for (int tile = share(tiles, worker); tile < share(tiles, worker + 1); tile++) {
            kernels.matMul().multiply(w.wGate(), tile, 0, w.wGate().blocks(), buffers.normed, scratch.gate);
            kernels.matMul().multiply(w.wUp(), tile, 0, w.wUp().blocks(), buffers.normed, scratch.tile);
            int first = tile * PackedMatrix.TILE_ROWS;
            int n = Math.min(PackedMatrix.TILE_ROWS, hidden.columns() - first);
            int block = first / PackedMatrix.BLOCK_COLUMNS;
            int toBlock = (first + n) / PackedMatrix.BLOCK_COLUMNS;
            for (int row = 0; row < batch.rows(); row++) {
                int from = row * PackedMatrix.TILE_ROWS;
                float[] gate = scratch.gate.output();
                float[] up = scratch.tile.output();
                kernels.swiGlu().apply(gate, from, up, from, n, hidden.values(), row * hidden.columns() + first);
                if (!kernels.quantiser().quantise(hidden, row, block, toBlock)) {
                    buffers.broken.mark(row);
                }
            }
        }
    }

    private void logits(int worker, TileScratch scratch) {
        PackedMatrix w = weights.output();
        for (int tile = share(w.tiles(), worker); tile < share(w.tiles(), worker + 1); tile++) {
            project(w, tile, buffers.logits, config.vocabSize(), geometry.firstVocabularyRow(), buffers.last, scratch);
        }
    }
}
