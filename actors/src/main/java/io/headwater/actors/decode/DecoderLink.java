/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.DecoderReport.Told;
import io.headwater.actors.plan.PlanState.Serving;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/** A gateway's talk with the decoder of the plan that serves; says nothing while none does. Owned by the gateway. */
final class DecoderLink {
    /** Reports are confirmed at every so many, with the end of a request, and at the next tick. */
    private static final int CONFIRM_EVERY = 4;

    private final ActorRef<DecoderReport> reports;
    private final GatewayView view;
    private @Nullable Serving serving;
    private long lastEpoch;
    private long lastReport;
    private long confirmed;

    /** {@code reports}: where the gateway hears decoders. */
    DecoderLink(ActorRef<DecoderReport> reports, GatewayView view) {
        this.reports = reports;
        this.view = view;
    }

    boolean serves() {
        return serving != null;
    }

    /** Of the plan that serves; 0 if none does. */
    long epoch() {
        return serving == null ? 0 : serving.epoch();
    }

    int contextLength(int otherwise) {
        return serving == null ? otherwise : serving.settings().contextLength();
    }

    /** True if it is a new decoder; otherwise that of before goes on. */
    boolean begin(Serving now) {
        serving = now;
        if (now.epoch() == lastEpoch) {
            return false;
        }
        lastEpoch = now.epoch();
        lastReport = 0;
        confirmed = 0;
        return true;
    }

    void pause() {
        serving = null;
    }

    void submit(Handed handed) {
        if (serving != null) {
            serving.decoder().tell(new Decoder.Submit(serving.epoch(), handed.number, handed.next(), reports));
        }
    }

    void cancel(long session) {
        if (serving != null) {
            serving.decoder().tell(new Decoder.Cancel(serving.epoch(), session));
        }
    }

    void release(long session) {
        if (serving != null) {
            serving.decoder().tell(new Decoder.Release(serving.epoch(), session, reports));
        }
    }

    /** False if there is nobody who could do that. */
    boolean park(long session) {
        if (serving == null) {
            return false;
        }
        serving.decoder().tell(new Decoder.Park(serving.epoch(), session, reports));
        return true;
    }

    void forget(long name) {
        if (serving != null) {
            serving.decoder().tell(new Decoder.Forget(serving.epoch(), name));
        }
    }

    /** Nobody waits for this request any more. */
    void unknown(long request) {
        if (serving != null) {
            serving.decoder().tell(new Decoder.Unknown(serving.epoch(), request, reports));
        }
    }

    /** Whether it comes from the decoder of the plan that serves; counted if not. */
    boolean current(DecoderReport report) {
        boolean current = serving != null && report.epoch() == serving.epoch();
        if (!current) {
            view.dropped.increment();
        }
        return current;
    }

    /** Whether the report is the next one; counted if not. If one before it was lost, the decoder sends all again. */
    boolean next(Told told) {
        if (told.number() != lastReport + 1) {
            view.repeated.increment();
            if (told.number() <= lastReport) {
                confirm();
            }
            return false;
        }
        lastReport = told.number();
        view.figures(told.epoch(), told.figures());
        return true;
    }

    /** A report has been told to the clients; {@code ended}: a request's end was in it. */
    void told(boolean ended) {
        if (ended || lastReport - confirmed >= CONFIRM_EVERY) {
            confirm();
        }
    }

    void tick() {
        if (lastReport > confirmed) {
            confirm();
        }
    }

    private void confirm() {
        if (serving != null && lastReport > 0) {
            serving.decoder().tell(new Decoder.Heard(serving.epoch(), lastReport, reports));
            confirmed = lastReport;
        }
    }
}
