/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.HeadCompressor;
import io.headwater.compression.Rotation;
import io.headwater.compression.allocation.Contest;
import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.kvcache.KvOptions;
import java.util.Arrays;

/**
 * What follows a step at whose end sequences are at change points: each of their heads on this shard counts the step's rows in and is brought
 * down to its budget. Where heads compete, they first report their scores, the shards add the reports up, and every shard divides the budget.
 */
final class ChangePhase {
    private final int nLayers;
    private final int dim;
    private final int headDim;
    private final int nKvHeads;
    private final int firstKvHead;
    private final int contextLength;
    private final Rotation rotation;
    private final StepBatch batch;
    private final StepFault fault;
    private final int cacheIndex;
    private final HeadWalk reports;
    private final HeadWalk changes;
    private final HeadContest[] contests;
    private boolean marked;

    /** {@code cacheIndex}: which of a sequence's caches is this shard's. */
    ChangePhase(
            ShardGeometry geometry,
            int workers,
            int contextLength,
            Rotation rotation,
            StepBatch batch,
            StepFault fault,
            int cacheIndex) {
        this.rotation = rotation;
        this.nLayers = geometry.config().nLayers();
        this.dim = geometry.config().dim();
        this.headDim = geometry.config().headDim();
        this.nKvHeads = geometry.config().nKvHeads();
        this.firstKvHead = geometry.firstKvHead();
        this.contextLength = contextLength;
        this.batch = batch;
        this.fault = fault;
        this.cacheIndex = cacheIndex;
        this.reports = new HeadWalk(geometry, workers, batch.maxRows(), new Report());
        this.changes = new HeadWalk(geometry, workers, batch.maxRows(), new Change());
        this.contests = new HeadContest[batch.maxRows()];
        Arrays.setAll(contests, _ -> new HeadContest());
    }

    /** One worker, before the step's first barrier. */
    void beginStep() {
        marked = false;
        for (int run = 0; run < batch.runs(); run++) {
            marked |= batch.changesAfter(run);
        }
    }

    /** Whether any run of the step asks for a change. */
    boolean marked() {
        return marked;
    }

    /** One worker, between barriers, when all that can be wrong with the step is known: a run with a fault stays as it was. */
    void begin() {
        reports.clear();
        changes.clear();
        for (int run = 0; run < batch.runs(); run++) {
            if (batch.changesAfter(run) && fault.of(run) == null) {
                changes.add(run);
                if (cacheIndex == 0 && options(run).policy().headLabels().isPresent()) {
                    batch.sequence(run).divided(entriesLeft(run));
                }
                if (options(run).competes()) {
                    reports.add(run);
                    contests[run].begin(contest(run), Math.min(contextLength, batch.tokensAfter(run)));
                }
            }
        }
        reports.begin();
    }

    /** What each head of the model is left with, whose budgets are known without a contest, {@code [layer · KV heads + head]}; allocates. */
    private int[] entriesLeft(int run) {
        int[] left = new int[nLayers * nKvHeads];
        for (int head = 0; head < left.length; head++) {
            int budget = batch.inForce(run).budget(head / nKvHeads, nLayers, head % nKvHeads);
            int entries = batch.sequence(run).entries(head) + read(run, head / nKvHeads);
            left[head] = Math.min(entries, withinBase(run, budget));
        }
        return left;
    }

    /** Tokens that a layer has read since the sequence's position. */
    private int read(int run, int layer) {
        int read = batch.tokensAfter(run) - batch.sequence(run).position();
        return batch.staged() ? batch.sequence(run).segment().keptAt(layer, read) : read;
    }

    /** Heads' reports, for the table of each sequence whose heads compete; none, no phases. */
    HeadWalk reports() {
        return reports;
    }

    /** One worker, when all heads have reported: the shards' tables become one, and each sequence's budget is divided. */
    void meet(ShardTeam team, StepBuffers buffers) throws ExchangeException {
        for (int i = 0; i < reports.runCount(); i++) {
            HeadContest contest = contests[reports.run(i)];
            team.total(contest.table().words(), buffers, dim);
            contest.divide();
            if (cacheIndex == 0) {
                batch.sequence(reports.run(i)).divided(contest.entriesLeft());
            }
        }
        changes.begin();
    }

    /** Heads' compression, when all budgets are known. */
    HeadWalk changes() {
        return changes;
    }

    /** As the sequence was opened; the budget is that of the batch. */
    private KvOptions options(int run) {
        return batch.sequence(run).options();
    }

    private HeadCache head(HeadWalk.Cursor at) {
        return batch.sequence(at.run()).cache(cacheIndex).head(at.layer(), at.kvHead());
    }

    private boolean rebasedAfter(int run) {
        return batch.rowsOf(run) > 0 && batch.sequence(run).rebasing().due(batch.tokensAfter(run));
    }

    /** Where positions start anew, there is no room for more entries than lie before the first. */
    private int withinBase(int run, int budget) {
        return rebasedAfter(run)
                ? Math.min(budget, batch.sequence(run).rebasing().base())
                : budget;
    }

    private Contest contest(int run) {
        return options(run)
                .contest(nLayers, nKvHeads, withinBase(run, batch.inForce(run).budget()), contextLength);
    }

    private int mostEntries(HeadWalk.Cursor at) {
        return options(at.run()).capacity(at.layer(), nLayers, contextLength);
    }

    private long weight(KvOptions options, int entries, int budget) {
        return entries + HeadCompressor.products(options.policy(), entries, budget, headDim) / HeadWalk.MULTIPLY_ADDS;
    }

    /** A head counts the step's rows in and fills its slot of the table. */
    private final class Report implements HeadWalk.Work {
        @Override
        public int slices(HeadWalk.Cursor at) {
            return HeadCompressor.slices(options(at.run()).policy(), entries(at), 0, headDim);
        }

        @Override
        public long weight(HeadWalk.Cursor at) {
            return ChangePhase.this.weight(options(at.run()), entries(at), 0);
        }

        private int entries(HeadWalk.Cursor at) {
            return head(at).length() + batch.rowsToCount(at.run());
        }

        @Override
        public void slice(HeadWalk.Cursor at, WorkerCompressors compressors) {
            HeadCache head = head(at);
            if (at.first()) {
                head.advance(batch.rowsToCount(at.run()));
            }
            int index = at.layer() * nKvHeads + firstKvHead + at.kvHead();
            compressors.report(
                    options(at.run()).policy(), head, mostEntries(at), contests[at.run()].table(), index, at);
        }
    }

    /** A head counts the step's rows in, unless it has, and is brought down to its budget. */
    private final class Change implements HeadWalk.Work {
        @Override
        public int slices(HeadWalk.Cursor at) {
            KvOptions options = options(at.run());
            return options.full() ? 1 : HeadCompressor.slices(options.policy(), entries(at), budget(at), headDim);
        }

        @Override
        public long weight(HeadWalk.Cursor at) {
            KvOptions options = options(at.run());
            return options.full() ? entries(at) : ChangePhase.this.weight(options, entries(at), budget(at));
        }

        /** Before the first slice. */
        private int entries(HeadWalk.Cursor at) {
            return head(at).length() + (options(at.run()).competes() ? 0 : batch.rowsToCount(at.run()));
        }

        private int budget(HeadWalk.Cursor at) {
            KvOptions options = options(at.run());
            int budget = options.competes()
                    ? contests[at.run()].budget(at.layer(), firstKvHead + at.kvHead())
                    : batch.inForce(at.run()).budget(at.layer(), nLayers, firstKvHead + at.kvHead());
            return withinBase(at.run(), budget);
        }

        @Override
        public void slice(HeadWalk.Cursor at, WorkerCompressors compressors) {
            KvOptions options = options(at.run());
            HeadCache head = head(at);
            if (at.first() && !options.competes()) {
                head.advance(batch.rowsToCount(at.run()));
            }
            if (!options.full()) {
                compressors.compress(options.policy(), head, budget(at), mostEntries(at), at);
            }
            if (at.last() && rebasedAfter(at.run())) {
                head.rebase(batch.sequence(at.run()).rebasing().base(), rotation);
            }
        }
    }
}
