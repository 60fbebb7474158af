/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.Handed.Phase;
import io.headwater.actors.plan.PlanState;
import io.headwater.actors.plan.PlanState.Forming;
import io.headwater.actors.plan.PlanState.NoPlan;
import io.headwater.actors.plan.PlanState.Serving;
import io.headwater.model.decoding.DecodeEvent.Failure;

/** Hands requests in to the decoder of the plan that serves, and again, with what has been told, to that of every later plan. Owned by the gateway. */
final class Handover {
    private final OpenRequests requests;
    private final Endings endings;
    private final Admission admission;
    private final DecoderLink decoder;
    private final GatewayView view;
    private final PlanEpochs epochs = new PlanEpochs();

    Handover(OpenRequests requests, Endings endings, Admission admission, DecoderLink decoder, GatewayView view) {
        this.requests = requests;
        this.endings = endings;
        this.admission = admission;
        this.decoder = decoder;
        this.view = view;
    }

    void heard(PlanState state) {
        if (epochs.isOld(state)) {
            view.dropped.increment();
            return;
        }
        view.plan(state);
        switch (state) {
            case Serving now when !decoder.serves() || decoder.epoch() != now.epoch() -> serve(now);
            case Serving _ -> {}
            case Forming _ -> pause();
            case NoPlan none -> {
                pause();
                if (none.hopeless()) {
                    endings.endAll(Failure.UNAVAILABLE, none.reason());
                }
            }
        }
    }

    private void serve(Serving now) {
        if (!decoder.begin(now)) {
            goOn();
            return;
        }
        admission.claim();
        for (Handed handed : requests.all()) {
            switch (handed.phase) {
                case ADMISSION -> {}
                case PLAN, SUBMITTED, RUNNING -> again(handed);
            }
        }
    }

    /** The same plan serves again: its decoder has never stopped, and sends again what was not confirmed. */
    private void goOn() {
        for (Handed handed : requests.all()) {
            if (handed.phase != Phase.PLAN) {
                continue;
            }
            if (!requests.isNumbered(handed)) {
                again(handed);
            } else if (handed.accepted) {
                handed.enter(Phase.RUNNING);
            } else {
                submit(handed); // it may never have arrived; a second one means nothing
            }
        }
    }

    void again(Handed handed) {
        if (handed.cancelled) {
            endings.cancelled(handed);
            return;
        }
        if (handed.number > 0) {
            view.resumed.increment();
        }
        handIn(handed);
    }

    void handIn(Handed handed) {
        if (!decoder.serves()) {
            return; // the next plan does it
        }
        requests.renumber(handed);
        submit(handed);
    }

    private void submit(Handed handed) {
        handed.enter(Phase.SUBMITTED);
        decoder.submit(handed);
    }

    /** Nobody decodes: what was running waits for the next plan. */
    private void pause() {
        decoder.pause();
        for (Handed handed : requests.all()) {
            if (handed.phase == Phase.SUBMITTED || handed.phase == Phase.RUNNING) {
                handed.enter(Phase.PLAN);
            }
        }
    }

    /**
     * After a break either its epoch is about to end, or what broke was another request, or its own: the second break in a row ends it. Where
     * there is no room for one that had some, others end in time.
     */
    void waitToRepeat(Handed handed) {
        requests.forgetNumber(handed);
        handed.enter(Phase.PLAN);
    }
}
