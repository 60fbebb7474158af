/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.media.Media;
import io.headwater.cluster.runtime.StartException.Reason;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.ExchangeException;
import io.headwater.model.engine.LoadListener;
import org.jspecify.annotations.Nullable;

/** The steps of a runtime's start, each of which gives up soon once the start is cancelled. Run by the thread that starts; cancelled by any. */
final class RuntimeStart {
    private final RuntimeOptions options;
    private final @Nullable Media media;
    private final LoadListener progress;
    private final LateExchange exchange;
    private final FaultReport faults;
    private volatile boolean cancelled;

    RuntimeStart(
            RuntimeOptions options,
            @Nullable Media media,
            LoadListener progress,
            LateExchange exchange,
            FaultReport faults) {
        this.options = options;
        this.media = media;
        this.progress = progress;
        this.exchange = exchange;
        this.faults = faults;
    }

    void cancel() {
        cancelled = true;
    }

    void checkNotCancelled() throws StartException {
        if (cancelled) {
            throw new StartException(Reason.CANCELLED, "the start of epoch " + options.epoch() + " was cancelled");
        }
    }

    EngineGroup load() throws StartException {
        checkNotCancelled();
        try {
            return EngineGroup.startShard(
                    options.model(), options.engine(), options.plan(), options.shard(), exchange, this::loaded);
        } catch (EngineException e) {
            throw failed(Reason.LOAD, e);
        }
    }

    /** On a loading thread. */
    private void loaded(long done, long total) {
        if (cancelled) {
            throw new IllegalStateException("loading was cancelled");
        }
        progress.loaded(done, total);
    }

    void warmUp(EngineGroup loaded) throws StartException {
        checkNotCancelled();
        try {
            loaded.warmUp(options.limits().warmUpLimit());
        } catch (EngineException e) {
            throw failed(Reason.LOAD, e);
        }
    }

    /** To the plan's other nodes; where there are none, to nobody. */
    Peers connect() throws StartException {
        try {
            Media plane = media;
            if (plane == null || options.alone()) {
                return Peers.none(options);
            }
            checkNotCancelled();
            Peers found = Peers.connect(plane, options, faults, () -> cancelled);
            found.exchange().ifPresent(exchange::connect);
            return found;
        } catch (ExchangeException | RuntimeException e) { // Aeron's are of the second kind
            throw failed(Reason.CONNECT, e);
        }
    }

    /** All nodes tell each other what KV memory they have, and whether they can put caches away; null where there is nobody to tell. */
    @Nullable
    KvConsent meet(EngineGroup loaded, Peers found, NodeShelf shelf) throws StartException {
        if (found.exchange().isEmpty()) {
            return null;
        }
        KvConsent consent = new KvConsent(
                exchange,
                loaded,
                options.shard(),
                options.nodes().size(),
                options.model().config().dim(),
                shelf.keeps());
        try {
            consent.meet();
        } catch (ExchangeException e) {
            throw failed(Reason.CONNECT, e);
        }
        return consent;
    }

    private StartException failed(Reason reason, Exception e) {
        return new StartException(cancelled ? Reason.CANCELLED : reason, String.valueOf(e.getMessage()), e);
    }
}
