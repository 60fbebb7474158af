/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.DecodeWork.LoopFigures;
import io.headwater.actors.plan.PlanState;
import io.headwater.actors.plan.PlanState.Serving;
import io.headwater.model.decoding.DecodeClient.ClientFigures;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** What other threads may see of a {@link Gateway}: written by the actor, read by clients. */
public final class GatewayView {
    /** Messages of other epochs or of requests that are over. */
    final LongAdder dropped = new LongAdder();
    /** Events that had been told already. */
    final LongAdder repeated = new LongAdder();
    /** Handings in of requests that had been handed in before: to a later plan, or again to the same one after a break. */
    final LongAdder resumed = new LongAdder();

    private final AtomicReference<@Nullable PlanState> plan = new AtomicReference<>();
    /** The last plan that served: between two plans it is still what was measured. */
    private volatile @Nullable Serving served;

    private volatile String over = "";
    private volatile Figures figures = new Figures(0, LoopFigures.NONE, LoopFigures.NONE);

    public long resumed() {
        return resumed.sum();
    }

    /** What the planner said last; null before it was heard. */
    public @Nullable PlanState plan() {
        return plan.get();
    }

    /** Why the gateway has ended; empty while it lives. */
    public String over() {
        return over;
    }

    /** What the engines have done, in all plans that this gateway has seen, as far as it was told. */
    public ClientFigures figures() {
        LoopFigures done = figures.earlier().plus(figures.current());
        @Nullable PlanState state = plan.get();
        @Nullable Serving serving = served;
        return new ClientFigures(
                state == null ? 0 : state.epoch(),
                serving == null ? 0 : serving.nodes().size(),
                serving == null ? 0 : serving.threads(),
                serving == null ? "" : serving.kernels(),
                serving == null ? 0 : serving.weightBytes(),
                done.steps(),
                done.rows(),
                done.stepNanos(),
                done.exchangeNanos(),
                done.exchangeBytes());
    }

    void plan(PlanState state) {
        if (state instanceof Serving now) {
            served = now;
        }
        plan.set(state);
    }

    void ended(String reason) {
        over = reason;
    }

    /** An epoch's figures begin at nothing: those of the ones before are added. One thread writes. */
    void figures(long epoch, LoopFigures now) {
        Figures before = figures;
        figures = before.epoch() == epoch
                ? new Figures(epoch, before.earlier(), now)
                : new Figures(epoch, before.earlier().plus(before.current()), now);
    }

    private record Figures(long epoch, LoopFigures earlier, LoopFigures current) {}
}
