/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import io.headwater.actors.plan.DecoderMessage;
import io.headwater.actors.plan.PlanAssignment;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;

/** A node's one engine, from the order to load it until it is closed, and the leader's decoder beside it. Owned by the head shard. */
final class EngineSlot {
    private final ActorContext<HeadShard.Command> context;
    private final TimerScheduler<HeadShard.Command> timers;
    private final HeadShard.Setup setup;
    /** Epoch of the load whose end has not been heard; 0 if there is none. */
    private long loading;

    private Optional<NodeEngine> held = Optional.empty();
    private Optional<ActorRef<DecoderMessage>> decoder = Optional.empty();

    EngineSlot(
            ActorContext<HeadShard.Command> context, TimerScheduler<HeadShard.Command> timers, HeadShard.Setup setup) {
        this.context = context;
        this.timers = timers;
        this.setup = setup;
    }

    /** The actor hears {@link HeadShard.Loaded} or {@link HeadShard.LoadFailed}. */
    void load(PlanAssignment plan) {
        long epoch = plan.epoch();
        loading = epoch;
        ActorRef<HeadShard.Command> self = context.getSelf();
        context.pipeToSelf(
                setup.loader()
                        .load(
                                plan,
                                (done, total) -> self.tell(new HeadShard.Progressed(epoch, done, total)),
                                fault -> self.tell(new HeadShard.Faulted(fault))),
                (loaded, failure) -> failure == null ? new HeadShard.Loaded(epoch, loaded) : failed(epoch, failure));
    }

    private static HeadShard.LoadFailed failed(long epoch, Throwable thrown) {
        Throwable failure =
                thrown instanceof CompletionException && thrown.getCause() != null ? thrown.getCause() : thrown;
        return failure instanceof LoadException known
                ? new HeadShard.LoadFailed(epoch, String.valueOf(known.getMessage()), known.lasting(), known.freed())
                : new HeadShard.LoadFailed(epoch, failure.toString(), true, false); // no loader's word: nobody knows
    }

    /** The load has come to nothing. */
    void failed() {
        loading = 0;
    }

    void hold(NodeEngine engine) {
        loading = 0;
        held = Optional.of(engine);
    }

    /** The load of this epoch is not needed any more; the actor hears how it ended, or that this is overdue. */
    void cancel(long epoch) {
        setup.loader().cancel(epoch);
        awaitClose(epoch);
    }

    /** Starts the decoder; the actor hears {@link HeadShard.DecoderGone} if it ends by itself. */
    void lead(NodeEngine engine) {
        ActorRef<DecoderMessage> started = setup.leaderStart().start(context, engine);
        context.watchWith(started, new HeadShard.DecoderGone(engine.epoch()));
        decoder = Optional.of(started);
    }

    Optional<ActorRef<DecoderMessage>> decoder() {
        return decoder;
    }

    /** Stops the decoder, then the engine: the actor hears {@link HeadShard.Closed}, or that it is overdue. */
    void close(NodeEngine engine) {
        long epoch = engine.epoch();
        stopDecoder();
        context.pipeToSelf(
                engine.close(),
                (_, failure) -> new HeadShard.Closed(epoch, failure == null ? "" : "could not be closed: " + failure));
        awaitClose(epoch);
    }

    private void awaitClose(long epoch) {
        timers.startSingleTimer("close", new HeadShard.CloseOverdue(epoch), setup.close());
    }

    void closed() {
        timers.cancel("close");
        loading = 0;
        held = Optional.empty();
    }

    /** Nobody waits for it: the node ends. */
    void abandon() {
        stopDecoder();
        if (loading != 0) {
            setup.loader().cancel(loading);
        }
        held.ifPresent(NodeEngine::close);
    }

    private void stopDecoder() {
        decoder.ifPresent(ref -> {
            context.unwatch(ref);
            context.stop(ref);
        });
        decoder = Optional.empty();
    }
}
