/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.DecodeRequest.Generate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A node's gateway as a decode client. One thread uses it and hears its listeners, in {@link #await}; the gateway puts events into a queue, of
 * which a request adds at most what it has tokens. The caller's session ids are its own; in the cluster they get others.
 */
public final class GatewayClient implements DecodeClient {
    private static final Logger LOG = LoggerFactory.getLogger(GatewayClient.class);
    /** How often a waiting client looks whether the gateway still lives. */
    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

    /** How long at the end caches may take on their way to files. */
    private static final Duration SAVING = Duration.ofSeconds(5);

    /** In the queue it only makes whoever waits look up. */
    private static final Happened WAKE = new Happened(new Open(0, 0, _ -> {}, false), new Prefilled(0, 0));

    private final ActorRef<Gateway.Command> gateway;
    private final GatewayView view;
    private final LongSupplier ids;
    private final LinkedBlockingQueue<Happened> events = new LinkedBlockingQueue<>();
    /** The cluster's ids of the caller's sessions. */
    private final Map<Long, Long> sessions = new HashMap<>();

    private final Map<Long, Open> open = new HashMap<>();
    /** Last requests of sessions that have none at work, but may have a cache. */
    private final Map<Long, Open> idle = new HashMap<>();

    private final AtomicBoolean woken = new AtomicBoolean();
    private long turns;
    private boolean keepsCaches;

    /**
     * A client.
     *
     * @param ids gives session ids that nobody else in the cluster uses
     */
    public GatewayClient(ActorRef<Gateway.Command> gateway, GatewayView view, LongSupplier ids) {
        this.gateway = gateway;
        this.view = view;
        this.ids = ids;
    }

    /**
     * From now on the nodes that have a folder for them put caches of this client's kept sessions into files, under the caller's ids, which therefore must be
     * the same in each of its lives; before the first request.
     */
    public void keepCaches() {
        keepsCaches = true;
    }

    @Override
    public void submit(DecodeRequest request, DecodeListener listener) {
        long session = request.session();
        if (open.containsKey(session)) {
            listener.on(new Failed(
                    Failure.BAD_REQUEST,
                    "session " + session + " has a request at work: wait for its end, or cancel it"));
            return;
        }
        long id = sessions.computeIfAbsent(session, _ -> ids.getAsLong());
        Open one = new Open(session, ++turns, listener, request instanceof Generate generate && generate.keep());
        open.put(session, one);
        idle.remove(session);
        gateway.tell(new Gateway.Submit(named(request).withSession(id), event -> events.add(new Happened(one, event))));
    }

    private DecodeRequest named(DecodeRequest request) {
        return request instanceof Generate generate && !keepsCaches ? generate.withoutShelf() : request;
    }

    @Override
    public void cancel(long session) {
        @Nullable Long id = sessions.get(session);
        if (id != null) {
            gateway.tell(new Gateway.Cancel(id));
        }
    }

    @Override
    public void park(long session) {
        park(session, () -> {});
    }

    private void park(long session, Runnable done) {
        @Nullable Long id = open.containsKey(session) ? null : sessions.remove(session);
        if (id == null) {
            done.run();
            return;
        }
        idle.remove(session);
        if (keepsCaches) {
            gateway.tell(new Gateway.Park(id, done));
        } else {
            gateway.tell(new Gateway.Release(id));
            done.run();
        }
    }

    @Override
    public void release(long session) {
        @Nullable Long id = sessions.remove(session);
        idle.remove(session);
        if (id != null) {
            gateway.tell(new Gateway.Release(id));
        }
        if (keepsCaches) {
            gateway.tell(new Gateway.Forget(session));
        }
    }

    /** Tells what has come; waits only if there is nothing yet. */
    @Override
    public boolean await(Duration timeout) {
        long start = System.nanoTime();
        while (true) {
            boolean over = !view.over().isEmpty(); // read before the queue: what the gateway said at its end is in it
            long left = timeout.toNanos() - (System.nanoTime() - start);
            if (tellAll(over ? 0 : Math.clamp(left, 0, LOOK_NANOS))) {
                return true;
            }
            if (over) {
                return endAll(view.over());
            }
            if (left <= 0 || Thread.currentThread().isInterrupted()) {
                return false;
            }
        }
    }

    @Override
    public void wake() {
        if (woken.compareAndSet(false, true)) {
            events.add(WAKE);
        }
    }

    private boolean tellAll(long waitNanos) {
        List<Happened> all = new ArrayList<>();
        if (events.drainTo(all) == 0) {
            try {
                @Nullable Happened first = events.poll(waitNanos, TimeUnit.NANOSECONDS);
                if (first == null) {
                    return false;
                }
                all.add(first);
                events.drainTo(all);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        all.forEach(this::tell);
        return true;
    }

    private void tell(Happened happened) {
        if (happened.equals(WAKE)) {
            woken.set(false);
            return;
        }
        Open one = happened.open();
        DecodeEvent event = happened.event();
        if (!one.equals(open.get(one.session()))) {
            if (event instanceof BudgetChanged && one.equals(idle.get(one.session()))) {
                one.listener().on(event); // its cache has stayed and was brought down
            }
            return; // otherwise it has been told its end
        }
        if (event instanceof Ended || event instanceof Failed) {
            open.remove(one.session());
            if (!one.keep() || event instanceof Failed) {
                sessions.remove(one.session());
            } else if (sessions.containsKey(one.session())) { // else it was released meanwhile
                idle.put(one.session(), one);
            }
        }
        one.listener().on(event);
    }

    /** After the gateway's end nobody else would tell these. */
    private boolean endAll(String reason) {
        List<Open> all = List.copyOf(open.values());
        all.forEach(one -> tell(new Happened(one, new Failed(Failure.UNAVAILABLE, reason))));
        return !all.isEmpty();
    }

    @Override
    public ClientFigures figures() {
        return view.figures();
    }

    /** Ends all its requests and frees all its sessions; nobody hears of it. For some seconds caches of idle sessions go to files first. */
    @Override
    public void close() {
        if (keepsCaches && view.over().isEmpty()) {
            parkIdle();
        }
        sessions.values().forEach(id -> gateway.tell(new Gateway.Release(id)));
        sessions.clear();
        open.clear();
        idle.clear();
    }

    private void parkIdle() {
        List<Long> all = List.copyOf(idle.keySet());
        CountDownLatch parked = new CountDownLatch(all.size());
        all.forEach(session -> park(session, parked::countDown));
        try {
            if (!parked.await(SAVING.toMillis(), TimeUnit.MILLISECONDS)) {
                LOG.warn(
                        "{} caches of sessions have not come to their files within {} s: they are built again of their tokens",
                        parked.getCount(),
                        SAVING.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // they are built again
        }
    }

    private record Open(long session, long turn, DecodeListener listener, boolean keep) {}

    private record Happened(Open open, DecodeEvent event) {}
}
