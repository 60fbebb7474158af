/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.generation.FinishReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A decode client that tells what the test says. */
final class ScriptedClient implements DecodeClient {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final BlockingQueue<Generate> submitted = new LinkedBlockingQueue<>();
    private final BlockingQueue<Consumer<Map<Long, DecodeListener>>> orders = new LinkedBlockingQueue<>();
    private final Map<Long, DecodeListener> open = new HashMap<>();
    private final Map<DecodeRequest, DecodeListener> last = new HashMap<>();
    private final List<Long> released = new ArrayList<>();
    private final List<Long> parked = new ArrayList<>();

    /** Waits for the next request. */
    Generate next() throws InterruptedException {
        @Nullable Generate request = submitted.poll(PATIENCE.toSeconds(), TimeUnit.SECONDS);
        if (request == null) {
            throw new AssertionError("nothing was submitted");
        }
        return request;
    }

    boolean nothingSubmitted() {
        return submitted.isEmpty();
    }

    /** Tells tokens of a request: the first as its answer's {@code index}-th. */
    void tokens(Generate request, int index, int... tokens) {
        for (int i = 0; i < tokens.length; i++) {
            tell(request, new Token(index + i, tokens[i], "<" + tokens[i] + ">", null));
        }
    }

    /** Brings its session's cache down, at work or idle: then its last request's listener hears it. */
    void budget(Generate request, BudgetEvent event) {
        orders.add(_ -> Objects.requireNonNull(last.get(request)).on(new BudgetChanged(event)));
    }

    void end(Generate request, FinishReason reason) {
        tell(request, new Ended(reason, "", List.of(), SequenceFigures.NONE));
    }

    void fail(Generate request, Failure failure) {
        tell(request, new Failed(failure, "it failed"));
    }

    /** Ends the decode loop by a bug. */
    void die() {
        orders.add(_ -> {
            throw new IllegalStateException("a bug that the test wants");
        });
    }

    private void tell(Generate request, DecodeEvent event) {
        orders.add(listeners -> {
            @Nullable DecodeListener listener = listeners.get(request.session());
            if (listener == null) {
                throw new AssertionError("the request is over: " + request);
            }
            if (event instanceof Ended || event instanceof Failed) {
                listeners.remove(request.session());
            }
            listener.on(event);
        });
    }

    @Override
    public void submit(DecodeRequest request, DecodeListener listener) {
        open.put(request.session(), listener);
        last.put(request, listener);
        submitted.add((Generate) request);
    }

    @Override
    public void cancel(long session) {
        @Nullable DecodeListener listener = open.remove(session);
        if (listener != null) {
            listener.on(new Ended(FinishReason.CANCELLED, "", List.of(), SequenceFigures.NONE));
        }
    }

    @Override
    public void release(long session) {
        synchronized (released) {
            released.add(session);
        }
    }

    @Override
    public void park(long session) {
        synchronized (parked) {
            parked.add(session);
        }
    }

    List<Long> parked() {
        synchronized (parked) {
            return List.copyOf(parked);
        }
    }

    List<Long> released() {
        synchronized (released) {
            return List.copyOf(released);
        }
    }

    @Override
    public boolean await(Duration timeout) {
        try {
            @Nullable
            Consumer<Map<Long, DecodeListener>> order = orders.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
            if (order != null) {
                order.accept(open);
            }
            return order != null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void wake() {
        orders.add(_ -> {});
    }

    @Override
    public ClientFigures figures() {
        return new ClientFigures(1, 1, 1, "", 0, 0, 0, 0, 0, 0);
    }

    @Override
    public void close() {}
}
