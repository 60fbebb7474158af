/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.Gateway.GatewayNeeds;
import io.headwater.model.decoding.DecodeEvent.Failure;

/** What is overdue is asked again or ends: looked at each tick. Owned by the gateway. */
final class Deadlines {
    private final OpenRequests requests;
    private final Endings endings;
    private final Handover handover;
    private final Admission admission;
    private final DecoderLink decoder;
    private final GatewayLimits limits;
    private final GatewayView view;
    private long plannerHeardNanos = System.nanoTime();

    Deadlines(
            OpenRequests requests,
            Endings endings,
            Handover handover,
            Admission admission,
            DecoderLink decoder,
            GatewayNeeds needs) {
        this.requests = requests;
        this.endings = endings;
        this.handover = handover;
        this.admission = admission;
        this.decoder = decoder;
        this.limits = needs.limits();
        this.view = needs.view();
    }

    void plannerHeard() {
        plannerHeardNanos = System.nanoTime();
    }

    void tick(long now) {
        decoder.tick();
        admission.tick(now);
        if (now - plannerHeardNanos > limits.planner().toNanos()) {
            endings.endAll(Failure.UNAVAILABLE, limits.silentPlanner());
        }
        for (Handed handed : requests.all()) {
            overdue(handed, now);
        }
    }

    private void overdue(Handed handed, long now) {
        long waited = now - handed.sinceNanos;
        boolean repeat = now - handed.sentNanos > limits.repeat().toNanos();
        if (repeat) {
            handed.sentNanos = now;
        }
        switch (handed.phase) {
            case ADMISSION -> {
                if (admission.silentNanos(handed.sinceNanos, now)
                        > limits.planner().toNanos()) {
                    endings.fail(handed, Failure.UNAVAILABLE, limits.silentBudget());
                } else if (waited > limits.admission().toNanos()) {
                    endings.fail(handed, Failure.FULL, limits.noMemory());
                } else if (repeat) {
                    admission.ask(handed.session(), handed.need());
                }
            }
            case PLAN -> {
                if (decoder.serves() && waited > limits.repeat().toNanos()) {
                    handover.again(handed); // its epoch goes on after the break
                } else if (!decoder.serves()
                        && now - handed.stoppedNanos > limits.admission().toNanos()) {
                    endings.fail(handed, Failure.UNAVAILABLE, limits.noPlan(view.plan()));
                }
            }
            case SUBMITTED -> {
                if (waited > limits.accept().toNanos()) {
                    endings.fail(handed, Failure.UNAVAILABLE, limits.notTaken());
                } else if (repeat) {
                    decoder.submit(handed);
                }
            }
            case RUNNING -> {
                if (handed.cancelled && repeat) {
                    decoder.cancel(handed.session());
                }
            }
        }
    }
}
