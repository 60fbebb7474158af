/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.NodeFigures;
import io.headwater.actors.plan.PlanAssignment;
import io.headwater.model.engine.LoadListener;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;

/** Makes engines when the test says so. */
public final class FakeLoader implements EngineLoader {
    public final List<Load> loads = new CopyOnWriteArrayList<>();
    public final List<Long> cancelled = new CopyOnWriteArrayList<>();

    /** Engines are there at once. */
    public volatile boolean instant;

    @Override
    public CompletionStage<NodeEngine> load(PlanAssignment assignment, LoadListener progress, FaultListener fault) {
        Load load = new Load(assignment, progress, fault, new Engine(assignment.epoch()), new CompletableFuture<>());
        loads.add(load);
        if (instant) {
            load.finish();
        }
        return load.result;
    }

    @Override
    public void cancel(long epoch) {
        cancelled.add(epoch);
    }

    /** The newest load. */
    Load last() {
        return loads.getLast();
    }

    /** One call. */
    public record Load(
            PlanAssignment assignment,
            LoadListener progress,
            FaultListener fault,
            Engine engine,
            CompletableFuture<NodeEngine> result) {
        void finish() {
            result.complete(engine);
        }
    }

    /** An engine that only remembers whether it was closed. */
    public static final class Engine implements NodeEngine {
        private final long epoch;
        volatile boolean closed;
        final CompletableFuture<Void> closing = new CompletableFuture<>();
        volatile boolean closesSlowly;

        Engine(long epoch) {
            this.epoch = epoch;
        }

        @Override
        public long epoch() {
            return epoch;
        }

        @Override
        public String kernels() {
            return "fake";
        }

        @Override
        public long weightBytes() {
            return 5;
        }

        @Override
        public NodeFigures figures() {
            return NodeFigures.NONE;
        }

        @Override
        public CompletionStage<Void> close() {
            closed = true;
            if (!closesSlowly) {
                closing.complete(null);
            }
            return closing;
        }
    }
}
