/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.PlanAssignment;
import io.headwater.actors.plan.ShardOrder;
import io.headwater.actors.shard.HeadShard.Command;
import io.headwater.actors.shard.HeadShard.LoadFailed;
import io.headwater.actors.shard.HeadShard.Loaded;
import io.headwater.actors.shard.HeadShard.Ordered;
import java.util.List;
import java.util.function.Supplier;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** The steps between a head shard's states, and what all states but the last do the same way. Owned by the head shard. */
final class ShardSteps {
    private final ShardDesk desk;
    private final PlannerLink planner;
    private final EngineSlot slot;

    ShardSteps(ShardDesk desk) {
        this.desk = desk;
        this.planner = desk.planner;
        this.slot = desk.slot;
    }

    Behavior<Command> idle() {
        return new Unloaded(desk, this).idle();
    }

    Behavior<Command> load(PlanAssignment plan) {
        planner.heardOf(plan.epoch());
        desk.forgetFigures();
        int shards = plan.nodes().size();
        desk.context.getLog().info("epoch {}: shard {} of {}", plan.epoch(), plan.shard(), shards);
        slot.load(plan);
        return new Unloaded(desk, this).loading(plan);
    }

    Behavior<Command> loaded(PlanAssignment plan, NodeEngine engine) {
        slot.hold(engine);
        planner.ready(engine);
        return new WithEngine(desk, this, plan, engine).ready();
    }

    Behavior<Command> loadFailed(LoadFailed failed) {
        slot.failed();
        planner.loadFailed(failed);
        if (!failed.freed()) {
            return retireUnfreed(failed);
        }
        desk.tell(new HeadShard.LostEpoch(failed.epoch(), failed.reason()));
        return idle();
    }

    /** Another engine would take memory beside what this one holds for ever. */
    Behavior<Command> retireUnfreed(LoadFailed failed) {
        return retire("the load of epoch " + failed.epoch() + " failed and its memory could not be freed: "
                + failed.reason());
    }

    /** The load is not needed any more. It may be almost done: until it has ended it holds the memory that the next one needs. */
    Behavior<Command> givenUp(long epoch, Supplier<Behavior<Command>> next) {
        desk.forgetFigures();
        slot.cancel(epoch);
        return new Closing(desk, this, epoch).until(next);
    }

    Behavior<Command> serve(WithEngine state, PlanAssignment plan) {
        slot.decoder().ifPresent(ref -> planner.serving(plan.epoch(), ref));
        int shards = plan.nodes().size();
        desk.tell(new HeadShard.Serving(plan.epoch(), plan.leads(), plan.shard(), shards));
        return state.serving();
    }

    Behavior<Command> lost(PlanAssignment plan, EngineFault fault, Supplier<Behavior<Command>> next) {
        planner.lost(plan, fault);
        desk.context.getLog().info("epoch {} is lost: {}", plan.epoch(), fault.sentence());
        return switch (fault.kind()) {
            case PEER_DEAD, PEER_HUNG, PEER_LEFT, ENGINE_FAILED -> {
                desk.tell(new HeadShard.LostEpoch(plan.epoch(), fault.sentence()));
                yield next.get();
            }
            case SELF_STOPPED -> retire(fault.sentence());
        };
    }

    static EngineFault withoutDecoder(long epoch) {
        String sentence = "the decoder of epoch " + epoch + " has ended: see this node's log";
        return new EngineFault(epoch, EngineFault.Kind.ENGINE_FAILED, sentence, List.of());
    }

    Behavior<Command> close(NodeEngine engine, Supplier<Behavior<Command>> next) {
        desk.forgetFigures();
        slot.close(engine);
        return new Closing(desk, this, engine.epoch()).until(next);
    }

    Behavior<Command> released(ShardOrder.Release release) {
        planner.heardOf(release.epoch());
        desk.forgetFigures();
        if (desk.leaving()) {
            return left();
        }
        desk.tell(new HeadShard.StandingBy(release.reason()));
        return idle();
    }

    private Behavior<Command> left() {
        desk.tell(new HeadShard.Left());
        return new Ended(desk).state();
    }

    Behavior<Command> retire(String reason) {
        desk.context.getLog().info("this node ends: {}", reason);
        slot.abandon();
        desk.tell(new HeadShard.Retired(reason));
        return new Ended(desk).state();
    }

    /** What all states but the last do the same way; the only list of what means nothing to a state that does not name it. */
    Behavior<Command> common(Command command) {
        return switch (command) {
            case HeadShard.Leave _ -> {
                desk.leave();
                yield Behaviors.same();
            }
            case HeadShard.LeaveOverdue _ -> {
                slot.abandon();
                yield left();
            }
            case Loaded(long _, NodeEngine late) -> {
                late.close(); // it holds a thread and memory
                yield Behaviors.same();
            }
            case Ordered(ShardOrder order) -> ordered(order);
            case LoadFailed _, HeadShard.Progressed _, HeadShard.Faulted _, HeadShard.DecoderGone _ -> Behaviors.same();
            case HeadShard.Closed _, HeadShard.CloseOverdue _, HeadShard.Tick _ -> Behaviors.same();
        };
    }

    private Behavior<Command> ordered(ShardOrder order) {
        return switch (order) {
            case ShardOrder.Retire(String reason) -> retire(reason);
            case ShardOrder.JoinAgain _ -> {
                planner.join();
                if (desk.leaving()) {
                    planner.leaving(); // the new planner must not deal it a share first
                }
                yield Behaviors.same();
            }
            case ShardOrder.Standby(long _, String reason) -> {
                desk.tell(new HeadShard.StandingBy(reason));
                yield Behaviors.same();
            }
            // of an old epoch, or heard before
            case ShardOrder.Assign _, ShardOrder.Lead _, ShardOrder.Follow _, ShardOrder.Release _ -> Behaviors.same();
        };
    }
}
