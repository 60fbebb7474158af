/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.decode;

import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one thread that uses a decode client: with the model in this process it runs the steps, with a cluster it hears the gateway. Any thread hands in. At
 * most so many requests are open as have asked for a place by {@link #tryEnter}; those that come back after a restart need none.
 */
public final class DecodeDesk implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(DecodeDesk.class);
    private static final Duration PATIENCE = Duration.ofMillis(100);
    private static final Duration END = Duration.ofSeconds(15);

    private final DecodeClient client;
    private final int places;
    private final BlockingQueue<Runnable> orders = new LinkedBlockingQueue<>();
    private final AtomicInteger entered = new AtomicInteger();
    private final Thread thread;
    /** Requests that the client has; owned by the thread. */
    private int open;

    private volatile boolean closing;

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

    /** Takes a place for a request that will be handed in; false if all are taken. */
    public boolean tryEnter() {
        while (true) {
            int now = entered.get();
            if (now >= places) {
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

    /** Hands in a request that has a place, which it gives back at its end. The listener hears on the desk's thread. */
    public void submit(DecodeRequest request, DecodeListener listener) {
        order(() -> {
            open++;
            client.submit(request, event -> {
                listener.on(event);
                if (event instanceof Ended || event instanceof Failed) {
                    open--;
                    leave(); // last: whoever sees the place free may count on the listener having heard
                }
            });
        });
    }

    /** Ends a session's request between two steps. */
    public void cancel(long session) {
        order(() -> client.cancel(session));
    }

    /** Frees what a session has left in the engines. */
    public void release(long session) {
        order(() -> client.release(session));
    }

    private void order(Runnable order) {
        orders.add(order); // bounded by places and sessions: each has at most a few orders on their way
        client.wake();
    }

    private void run() {
        try {
            while (!closing) {
                @Nullable
                Runnable order = open == 0 ? orders.poll(PATIENCE.toMillis(), TimeUnit.MILLISECONDS) : orders.poll();
                while (order != null) {
                    order.run();
                    order = orders.poll();
                }
                if (open > 0) {
                    client.await(PATIENCE);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            client.close();
        }
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
}
