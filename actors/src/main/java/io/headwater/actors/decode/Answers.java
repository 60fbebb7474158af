/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.DecoderReport.Accepted;
import io.headwater.actors.decode.DecoderReport.Parked;
import io.headwater.actors.decode.DecoderReport.RequestEvents;
import io.headwater.actors.decode.DecoderReport.Told;
import io.headwater.actors.decode.Gateway.GatewayNeeds;
import io.headwater.actors.decode.Handed.Phase;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.Token;
import java.util.List;
import org.apache.pekko.actor.typed.javadsl.ActorContext;
import org.jspecify.annotations.Nullable;

/** What the decoder says of the requests, on its way to their clients: each event once, in order. Owned by the gateway. */
final class Answers {
    private final ActorContext<?> context;
    private final OpenRequests requests;
    private final Endings endings;
    private final Handover handover;
    private final DecoderLink decoder;
    private final GatewayView view;
    private final GatewayLimits limits;

    Answers(
            ActorContext<?> context,
            OpenRequests requests,
            Endings endings,
            Handover handover,
            DecoderLink decoder,
            GatewayNeeds needs) {
        this.context = context;
        this.requests = requests;
        this.endings = endings;
        this.handover = handover;
        this.decoder = decoder;
        this.view = needs.view();
        this.limits = needs.limits();
    }

    void heard(DecoderReport report) {
        if (!decoder.current(report)) {
            return;
        }
        switch (report) {
            case Accepted accepted -> {
                @Nullable Handed handed = requests.numbered(accepted.request());
                if (handed != null) {
                    accepted(handed);
                }
            }
            case Told told -> told(told);
            case Parked _ -> throw new IllegalStateException("not of a request: the gateway takes it");
        }
    }

    private static void accepted(Handed handed) {
        handed.accepted = true;
        if (handed.phase == Phase.SUBMITTED) {
            handed.enter(Phase.RUNNING);
        }
    }

    private void told(Told told) {
        if (!decoder.next(told)) {
            return;
        }
        boolean ended = false;
        for (RequestEvents one : told.requests()) {
            ended |= told(one);
        }
        decoder.told(ended);
    }

    /** True if the decoder should hear at once that this was heard: it has told a request's end, or what nobody waits for. */
    private boolean told(RequestEvents told) {
        @Nullable Handed handed = requests.numbered(told.request());
        if (handed == null) {
            if (!idle(told.request(), told.events())) {
                unknown(told);
            }
            return true;
        }
        accepted(handed);
        for (int i = 0; i < told.events().size(); i++) {
            DecodeEvent event = told.events().get(i);
            switch (event) {
                case Ended ended -> {
                    endings.ended(handed, ended);
                    idle(
                            told.request(),
                            told.events().subList(i + 1, told.events().size()));
                    return true;
                }
                case Failed failed -> {
                    failed(handed, failed);
                    return true;
                }
                case Prefilled _, Token _, Scored _, BudgetChanged _ -> {
                    if (missing(handed, handed.hear(event))) {
                        endings.fail(handed, Failure.BROKEN, "events of the decoder are missing: this is a bug");
                        return true;
                    }
                }
            }
        }
        return false;
    }

    /** A session's cache that has stayed was brought down: its log hears so. False if a decoder has a request of it again, or it is gone. */
    private boolean idle(long request, List<DecodeEvent> events) {
        OpenRequests.@Nullable Idle session = requests.idle(request);
        if (session == null || !events.stream().allMatch(BudgetChanged.class::isInstance)) {
            return false;
        }
        events.forEach(session.listener()::on);
        return true;
    }

    /** Nobody waits for this any more: if it goes on, its decoder ends it. */
    private void unknown(RequestEvents told) {
        view.dropped.increment();
        boolean over = told.events().getLast() instanceof Ended || told.events().getLast() instanceof Failed;
        if (!over) {
            decoder.unknown(told.request());
        }
    }

    private boolean missing(Handed handed, Handed.Heard heard) {
        return switch (heard) {
            case TOLD -> false;
            case REPEATED -> {
                view.repeated.increment();
                yield false;
            }
            case GAP -> {
                context.getLog().error("events of request {} are missing", handed.number);
                yield true;
            }
        };
    }

    private void failed(Handed handed, Failed failed) {
        switch (failed.failure()) {
            case BAD_REQUEST -> endings.end(handed, failed);
            case FULL -> {
                if (handed.resumed()
                        && handed.fullFor(System.nanoTime())
                                < limits.admission().toNanos()) {
                    endings.drop(handed);
                    handover.waitToRepeat(handed);
                } else {
                    endings.end(handed, failed);
                }
            }
            case BROKEN, UNAVAILABLE -> {
                handed.breaks++;
                if (handed.breaks > 1) {
                    endings.end(handed, failed);
                } else {
                    handover.waitToRepeat(handed);
                }
            }
        }
    }
}
