/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.headwater.actors.decode.DecoderReport.Accepted;
import io.headwater.actors.decode.DecoderReport.RequestEvents;
import io.headwater.actors.decode.DecoderReport.Told;
import io.headwater.actors.plan.DecoderMessage;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongPredicate;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.actor.typed.javadsl.TimerScheduler;
import org.jspecify.annotations.Nullable;

/**
 * Stands between the gateways and the decode loop of one epoch's leader: hands their requests in, and tells each what its requests come to.
 * Events are heard on the loop's thread, gathered, and sent in reports that the gateway confirms ({@link Outbox}), so that a slow gateway never
 * slows the loop and a lost message costs a second, not an answer. Stopped with its epoch.
 */
public final class Decoder {
    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration COALESCE = Duration.ofMillis(20);
    private static final long PATIENCE_NANOS = Duration.ofSeconds(1).toNanos();

    /** What a decoder takes. */
    public sealed interface Command extends DecoderMessage {}

    /**
     * A request; may be repeated until {@link Accepted} comes.
     *
     * @param request number of this handing in, unique at its gateway
     */
    public record Submit(
            long epoch,
            long request,

            @JsonSerialize(using = DecodingCodec.RequestOut.class)
            @JsonDeserialize(using = DecodingCodec.RequestIn.class)
            DecodeRequest work,

            ActorRef<DecoderReport> gateway)
            implements Command {}

    /** Ends a session's request; its events say so. */
    public record Cancel(long epoch, long session) implements Command {}

    /** The gateway has been told of a request that it does not know any more: it ends. */
    public record Unknown(long epoch, long request, ActorRef<DecoderReport> gateway) implements Command {}

    /** Frees a session's cache; its files stay. */
    public record Release(long epoch, long session, ActorRef<DecoderReport> gateway) implements Command {}

    /** A session's cache leaves the memory, for files if the nodes keep any; {@link DecoderReport.Parked} comes back, unless the epoch ends before. */
    public record Park(long epoch, long session, ActorRef<DecoderReport> gateway) implements Command {}

    /** Throws away the files of a session that is known by this name in them. */
    public record Forget(long epoch, long name) implements Command {}

    /** The gateway has all reports up to this one. */
    public record Heard(long epoch, long number, ActorRef<DecoderReport> gateway) implements Command {}

    private record EventsWait() implements Command {}

    private record Distribute() implements Command {}

    private record Tick() implements Command {}

    private record GatewayLost(ActorRef<DecoderReport> gateway) implements Command {}

    private final ActorContext<DecoderMessage> context;
    private final TimerScheduler<DecoderMessage> timers;
    private final long epoch;
    private final DecodeWork work;
    private final Inbox inbox = new Inbox();
    private final Map<ActorRef<DecoderReport>, Link> links = new HashMap<>();
    /** What the loop's full queue did not take. */
    private final Deque<BooleanSupplier> again = new ArrayDeque<>();

    private long dropped;
    private long distributedNanos = System.nanoTime() - COALESCE.toNanos();

    private Decoder(
            ActorContext<DecoderMessage> context, TimerScheduler<DecoderMessage> timers, long epoch, DecodeWork work) {
        this.context = context;
        this.timers = timers;
        this.epoch = epoch;
        this.work = work;
    }

    /** The decoder of an epoch; its owner stops it before the loop. */
    public static Behavior<DecoderMessage> create(long epoch, DecodeWork work) {
        return Behaviors.setup(context -> Behaviors.withTimers(timers -> {
            timers.startTimerWithFixedDelay(new Tick(), TICK);
            return new Decoder(context, timers, epoch, work).decoding();
        }));
    }

    private Behavior<DecoderMessage> decoding() {
        return Behaviors.receiveMessage(message -> {
            if (message instanceof Command command) {
                on(command);
                return Behaviors.same();
            }
            return Behaviors.unhandled();
        });
    }

    private void on(Command command) {
        switch (command) {
            case Submit submit when submit.epoch() == epoch -> submit(submit);
            case Cancel cancel when cancel.epoch() == epoch -> insist(cancel.session(), work::cancel);
            case Release release when release.epoch() == epoch -> release(release);
            case Park park when park.epoch() == epoch -> park(park);
            case Forget forget when forget.epoch() == epoch -> insist(() -> work.forget(forget.name()));
            case Unknown unknown when unknown.epoch() == epoch -> drop(unknown);
            case Heard heard when heard.epoch() == epoch -> heard(heard);
            case Submit _, Cancel _, Unknown _, Release _, Park _, Forget _, Heard _ ->
                context.getLog().debug("{} of another epoch", ++dropped);
            case EventsWait _ -> distributeSoon();
            case Distribute _ -> distribute();
            case Tick _ -> tick();
            case GatewayLost lost -> forget(lost.gateway());
        }
    }

    private void submit(Submit submit) {
        Link link = links.computeIfAbsent(submit.gateway(), this::newLink);
        if (link.busy(submit)) {
            return; // what the session had before is being cancelled: the gateway asks again
        }
        if (link.begin(submit.request(), submit.work())) {
            work.submit(submit.work(), listener(link, submit.request()));
        }
        submit.gateway().tell(new Accepted(epoch, submit.request()));
    }

    private Link newLink(ActorRef<DecoderReport> gateway) {
        context.watchWith(gateway, new GatewayLost(gateway));
        return new Link(gateway, epoch);
    }

    /** Called on the loop's thread. */
    private DecodeListener listener(Link link, long request) {
        ActorRef<DecoderMessage> self = context.getSelf();
        Inbox to = inbox;
        return event -> {
            if (to.add(new Happened(link, request, event))) {
                self.tell(new EventsWait());
            }
        };
    }

    /** A report costs both sides more than a token does: at most one each {@link #COALESCE}, the first of a while at once. */
    private void distributeSoon() {
        long waitNanos = COALESCE.toNanos() - (System.nanoTime() - distributedNanos);
        if (waitNanos <= 0) {
            distribute();
        } else {
            timers.startSingleTimer(new Distribute(), Duration.ofNanos(waitNanos));
        }
    }

    private void distribute() {
        distributedNanos = System.nanoTime();
        List<Happened> all = inbox.takeAll();
        for (Happened one : all) {
            one.link().happened(one.request(), one.event());
        }
        for (Happened one : all) {
            send(one.link());
        }
    }

    private void send(Link link) {
        for (Told told = next(link); told != null; told = next(link)) {
            link.gateway.tell(told);
        }
    }

    private @Nullable Told next(Link link) {
        return link.outbox.next(work.figures(), System.nanoTime());
    }

    private void heard(Heard heard) {
        @Nullable Link link = links.get(heard.gateway());
        if (link != null) {
            link.outbox.heard(heard.number(), System.nanoTime()).forEach(link::forgetEnded);
            send(link);
        }
    }

    private void drop(Unknown unknown) {
        @Nullable Link link = links.get(unknown.gateway());
        @Nullable Long session = link == null ? null : link.requests.get(unknown.request());
        if (link != null && session != null && link.newest(session) == unknown.request()) {
            insist(session, work::cancel);
            insist(session, work::release);
        }
    }

    private void release(Release release) {
        @Nullable Link link = links.get(release.gateway());
        if (link != null) {
            link.sessions.remove(release.session());
        }
        insist(release.session(), work::release);
    }

    private void park(Park park) {
        @Nullable Link link = links.get(park.gateway());
        if (link != null) {
            link.sessions.remove(park.session());
        }
        DecoderReport parked = new DecoderReport.Parked(epoch, park.session());
        insist(
                park.session(),
                session -> work.park(session, () -> park.gateway().tell(parked)));
    }

    private void tick() {
        while (!again.isEmpty() && again.getFirst().getAsBoolean()) {
            again.removeFirst();
        }
        long now = System.nanoTime();
        for (Link link : links.values()) {
            link.outbox.overdue(now, PATIENCE_NANOS).forEach(link.gateway::tell);
        }
    }

    private void forget(ActorRef<DecoderReport> gateway) {
        @Nullable Link link = links.remove(gateway);
        if (link == null) {
            return;
        }
        for (long session : link.sessions.keySet()) {
            insist(session, work::cancel);
            insist(session, work::release);
        }
    }

    /** Gives the loop an order about a session, as soon as it takes it; it means nothing any more once the session has a newer request. */
    private void insist(long session, LongPredicate order) {
        long request = newest(session);
        insist(() -> newest(session) > request || order.test(session));
    }

    private void insist(BooleanSupplier done) {
        if (!again.isEmpty() || !done.getAsBoolean()) { // what waits already goes first
            again.addLast(done);
        }
    }

    /** The session's last request, of whatever gateway; 0 if none is known. */
    private long newest(long session) {
        long last = 0;
        for (Link link : links.values()) {
            last = Math.max(last, link.newest(session));
        }
        return last;
    }

    /** Events between the loop's thread and the actor. */
    private static final class Inbox {
        private List<Happened> events = new ArrayList<>();

        /** True if it was empty: then the actor must be told. */
        synchronized boolean add(Happened event) {
            events.add(event);
            return events.size() == 1;
        }

        synchronized List<Happened> takeAll() {
            List<Happened> all = events;
            events = new ArrayList<>();
            return all;
        }
    }

    private record Happened(Link link, long request, DecodeEvent event) {}

    /** One gateway. */
    private static final class Link {
        private final ActorRef<DecoderReport> gateway;
        private final Outbox outbox;
        /** Requests that have been handed in and whose end has not been confirmed, with their sessions. */
        private final Map<Long, Long> requests = new HashMap<>();
        /** Those of them whose end has not come from the loop. */
        private final Map<Long, Long> working = new HashMap<>();
        /** Sessions that may have a cache, and whether it outlives the request. */
        private final Map<Long, Boolean> sessions = new HashMap<>();

        Link(ActorRef<DecoderReport> gateway, long epoch) {
            this.gateway = gateway;
            this.outbox = new Outbox(epoch);
        }

        /** Whether the session has another request at work. */
        boolean busy(Submit submit) {
            return working.entrySet().stream()
                    .anyMatch(one -> one.getValue() == submit.work().session() && one.getKey() != submit.request());
        }

        void happened(long request, DecodeEvent event) {
            if (event instanceof Ended || event instanceof Failed) {
                working.remove(request);
            }
            outbox.add(request, event);
        }

        /** The session's last request. */
        long newest(long session) {
            long last = 0;
            for (Map.Entry<Long, Long> one : requests.entrySet()) {
                last = one.getValue() == session ? Math.max(last, one.getKey()) : last;
            }
            return last;
        }

        /** False if it is known already. */
        boolean begin(long request, DecodeRequest work) {
            sessions.put(work.session(), work instanceof DecodeRequest.Generate generate && generate.keep());
            boolean isNew = requests.putIfAbsent(request, work.session()) == null;
            if (isNew) {
                working.put(request, work.session());
            }
            return isNew;
        }

        void forgetEnded(Told told) {
            for (RequestEvents one : told.requests()) {
                // what comes after its end is about a cache that has stayed
                if (one.events().stream().anyMatch(event -> event instanceof Ended || event instanceof Failed)) {
                    @Nullable Long session = requests.remove(one.request());
                    if (session != null && !requests.containsValue(session)) {
                        sessions.remove(session, false);
                    }
                }
            }
        }
    }
}
