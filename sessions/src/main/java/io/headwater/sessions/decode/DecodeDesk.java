/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.decode;

import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that uses a decode client: with the model in this process it runs the steps, with a cluster it hears the gateway. Any thread hands in. At
 * most so many requests are open as have asked for a place by {@link #tryEnter}; those that come back after a restart need none. If the thread ends by a
 * bug, all who wait hear so, and so does whoever comes later.
 */
public final class DecodeDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DecodeDesk.class);
    private static final String ENDING = "this server is ending: try again later, or another one";
    private static final Duration PATIENCE = Duration.ofMillis(100);
    private static final Duration END = Duration.ofSeconds(15);

    private final DecodeClient client;
    private final int places;
    private final BlockingQueue<Order> orders = new LinkedBlockingQueue<>();
    private final AtomicInteger entered = new AtomicInteger();
    private final Thread thread;
    /** Requests that the client has; owned by the thread. */
    private final Set<Open> open = new LinkedHashSet<>();

    private volatile boolean draining;
    private volatile boolean closing;
    private volatile String problem = "";

    private DecodeDesk(DecodeClient client, int places) {
        this.client = client;
        this.places = places;
        this.thread = Thread.ofPlatform().daemon().name("decode-desk").unstarted(this::run);
    }

    /** Takes the client over, but for its end: closing the desk closes the client. */
    public static DecodeDesk start(DecodeClient client, int places) {
        DecodeDesk desk = new DecodeDesk(client, places);
        desk.thread.start();
        return desk;
    }

    /** From now on no request gets a place; what has one comes to its end. */
    public void drain() {
        draining = true;
    }

    /** Why no request gets a place, however many are free; empty while they do. */
    public String closed() {
        return draining ? ENDING : problem;
    }

    /** Whether {@link #tryEnter} would have one now. */
    public boolean hasPlace() {
        return entered.get() < places && closed().isEmpty();
    }

    /** Takes a place for a request that will be handed in; false if there is none. */
    public boolean tryEnter() {
        while (true) {
            int now = entered.get();
            if (now >= places || !closed().isEmpty()) {
                return false;
            }
            if (entered.compareAndSet(now, now + 1)) {
                return true;
            }
        }
    }

    /** Takes a place in any case: the request had one before a restart. */
    public void enter() {
        entered.incrementAndGet();
    }

    /** Gives a place back without having handed in. */
    public void leave() {
        entered.decrementAndGet();
    }

    /** Places that are taken. */
    public int entered() {
        return entered.get();
    }

    /** Why nothing can be decoded any more; empty while all is well. */
    public String problem() {
        return problem;
    }

    /** Hands in a request that has a place, which it gives back at its end. The listener hears on the desk's thread. */
    public void submit(DecodeRequest request, DecodeListener listener) {
        Open one = new Open(listener);
        order(new Order(
                () -> {
                    open.add(one);
                    client.submit(request, one);
                },
                one));
    }

    /** Ends a session's request between two steps. */
    public void cancel(long session) {
        order(new Order(() -> client.cancel(session), null));
    }

    /** Frees the memory that a session has in the engines; it may be needed again. */
    public void park(long session) {
        order(new Order(() -> client.park(session), null));
    }

    /** Frees what a session has left in the engines and on the disk: it is not needed again. */
    public void release(long session) {
        order(new Order(() -> client.release(session), null));
    }

    private void order(Order order) {
        orders.add(order); // bounded by places and sessions: each has at most a few orders on their way
        client.wake();
        if (!problem.isEmpty()) {
            refuseAll(problem);
        }
    }

    private void run() {
        String end = "";
        try {
            work();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            end = ended(e);
        } catch (Error e) {
            end = ended(e);
            throw e;
        } finally {
            if (!end.isEmpty()) {
                refuseAll(end);
            }
            client.close();
        }
    }

    /** All who wait must hear that nothing will come. */
    private static String ended(Throwable bug) {
        LOG.error("the decode loop has ended by a bug: no answer can be computed before this server starts again", bug);
        return "the decode loop has ended by a bug (" + bug + "): start the server again";
    }

    private void work() throws InterruptedException {
        boolean worked = false;
        while (!closing) {
            boolean rests = open.isEmpty() && !worked;
            @Nullable Order order = rests ? orders.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) : orders.poll();
            while (order != null) {
                order.work().run();
                order = orders.poll();
            }
            worked =
                    client.await(open.isEmpty() ? Duration.ZERO : PATIENCE); // also for idle sessions, which may repeat
        }
    }

    /** After the thread's work: whatever was or is handed in fails. */
    private synchronized void refuseAll(String reason) {
        problem = reason;
        for (@Nullable Order order = orders.poll(); order != null; order = orders.poll()) {
            if (order.one() != null) {
                open.add(order.one());
            }
        }
        List.copyOf(open).forEach(one -> one.on(new Failed(Failure.BROKEN, reason)));
    }

    /** Ends without a word to those whose requests are open: their sessions go on when a server starts again. */
    @Override
    public void close() {
        closing = true;
        client.wake();
        try {
            if (!thread.join(END)) {
                LOG.warn("the decode loop has not ended within {} s", END.toSeconds());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** What the thread is to do; {@code one} is the request that it hands in. */
    private record Order(Runnable work, @Nullable Open one) {}

    /** A request that the client has. */
    private final class Open implements DecodeListener {
        private final DecodeListener listener;

        Open(DecodeListener listener) {
            this.listener = listener;
        }

        @Override
        public void on(DecodeEvent event) {
            listener.on(event);
            if (event instanceof Ended || event instanceof Failed) {
                open.remove(this);
                leave(); // last: whoever sees the place free may count on the listener having heard
            }
        }
    }
}
