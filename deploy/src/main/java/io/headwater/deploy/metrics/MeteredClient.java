/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.metrics;

import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.KvHeld;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A decode client that times what it hears. Its thread is the client's. */
final class MeteredClient implements DecodeClient {
    /** Some 2 MB. The change points of a session that is forgotten count again with its next answer. */
    static final int MOST_KNOWN = 20_000;

    private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final DecodeClient client;
    private final DecodeMeters meters;
    private final LongSupplier nanoClock;
    /**
     * Of sessions whose caches are kept: change points so far. Of the {@value #MOST_KNOWN} that ended an answer last: in a log that is shared a session
     * may be deleted, or go on for ever, at another gateway, and this one does not hear of it.
     */
    private final Map<Long, Integer> compressions = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Long, Integer> eldest) {
            return size() > MOST_KNOWN;
        }
    };

    private long lookedNanos;

    /** Sessions of which something is kept here. */
    int known() {
        return compressions.size();
    }

    MeteredClient(DecodeClient client, DecodeMeters meters, LongSupplier nanoClock) {
        this.client = client;
        this.meters = meters;
        this.nanoClock = nanoClock;
    }

    @Override
    public void submit(DecodeRequest request, DecodeListener listener) {
        meters.submitted();
        boolean keep = request instanceof DecodeRequest.Generate generate && generate.keep();
        Timed timed = new Timed(request.session(), keep, nanoClock.getAsLong());
        client.submit(request, event -> {
            timed.heard(event);
            listener.on(event);
        });
    }

    @Override
    public void cancel(long session) {
        client.cancel(session);
    }

    @Override
    public void release(long session) {
        compressions.remove(session);
        client.release(session);
        look();
    }

    @Override
    public void park(long session) {
        client.park(session);
        look();
    }

    @Override
    public boolean await(Duration timeout) {
        boolean told = client.await(timeout);
        meters.engines(client.figures());
        if (nanoClock.getAsLong() - lookedNanos > LOOK_NANOS) {
            look();
        }
        return told;
    }

    private void look() {
        lookedNanos = nanoClock.getAsLong();
        client.kvHeld().ifPresent(meters::kvHeld);
    }

    @Override
    public void wake() {
        client.wake();
    }

    @Override
    public ClientFigures figures() {
        return client.figures();
    }

    @Override
    public Optional<KvHeld> kvHeld() {
        return client.kvHeld();
    }

    @Override
    public void close() {
        client.close();
    }

    /** One request. */
    private final class Timed {
        private final long session;
        private final boolean keep;
        private final long startNanos;
        private long lastNanos;
        private boolean begun;

        Timed(long session, boolean keep, long startNanos) {
            this.session = session;
            this.keep = keep;
            this.startNanos = startNanos;
        }

        void heard(DecodeEvent event) {
            long now = nanoClock.getAsLong();
            switch (event) {
                case Prefilled read -> begin(now, read.total() - read.done(), read.done());
                case Token _ -> token(now);
                case Scored _ -> begin(now, 0, 0);
                case BudgetChanged changed when changed.event().repeated() != null -> meters.repeated();
                case BudgetChanged _ -> meters.budgetChanged();
                case Ended ended -> ended(ended, now);
                case Failed failed ->
                    meters.ended(begun, failed.failure().name().toLowerCase(Locale.ROOT), now - startNanos);
            }
        }

        private void begin(long now, int read, int cached) {
            if (!begun) {
                begun = true;
                meters.begun(now - startNanos, read, cached);
            }
        }

        private void token(long now) {
            begin(now, 0, 0);
            if (lastNanos == 0) {
                meters.firstToken(now - startNanos);
            } else {
                meters.nextToken(now - lastNanos);
            }
            lastNanos = now;
        }

        /** Since the session's last answer; {@code all}: of its cache so far. */
        private int newCompressions(int all) {
            if (!keep) {
                return all;
            }
            @Nullable
            Integer before = compressions.remove(session); // put last, so the eldest is the one that rests longest
            compressions.put(session, all);
            return before == null ? all : Math.max(0, all - before);
        }

        private void ended(Ended ended, long now) {
            meters.compressed(
                    newCompressions(ended.figures().compressions()),
                    ended.figures().compressionNanos());
            meters.engines(client.figures());
            look();
            meters.ended(begun, ended.reason().text(), now - startNanos);
        }
    }
}
