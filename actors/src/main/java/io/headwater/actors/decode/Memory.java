/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.BudgetReport.Granted;
import io.headwater.actors.decode.BudgetReport.Refused;
import io.headwater.actors.decode.BudgetReport.Waiting;
import io.headwater.actors.decode.BudgetReport.Withdrawn;
import io.headwater.actors.decode.Handed.Phase;
import io.headwater.model.decoding.DecodeEvent.Failure;
import org.jspecify.annotations.Nullable;

/** What the budget supervisor's answers mean for the requests. Owned by the gateway. */
final class Memory {
    private final OpenRequests requests;
    private final Endings endings;
    private final Handover handover;
    private final Admission admission;
    private final DecoderLink decoder;

    Memory(OpenRequests requests, Endings endings, Handover handover, Admission admission, DecoderLink decoder) {
        this.requests = requests;
        this.endings = endings;
        this.handover = handover;
        this.admission = admission;
        this.decoder = decoder;
    }

    void heard(BudgetReport report) {
        @Nullable Handed handed = requests.get(report.session());
        boolean waits = handed != null && handed.phase == Phase.ADMISSION;
        boolean news = admission.heard(report, waits, handed == null ? null : handed.need());
        switch (report) {
            case Granted _
            when handed != null && news -> {
                handed.enter(Phase.PLAN);
                handover.handIn(handed);
            }
            case Withdrawn _ when handed != null && !waits -> takeBack(handed);
            case Withdrawn gone
            when handed != null && news -> decoder.release(gone.session()); // what its session had kept
            case Refused refused
            when handed != null ->
                endings.fail(handed, refused.later() ? Failure.FULL : Failure.BAD_REQUEST, refused.reason());
            case Granted _
            when handed == null && !admission.holds(report.session()) ->
                admission.release(report.session()); // its client did not wait for it
            case Withdrawn _, Refused _
            when handed == null -> {
                admission.release(report.session()); // a kept session: its next request asks
                decoder.release(report.session());
            }
            case Granted _, Refused _, Waiting _, Withdrawn _ -> {} // repeated, or just a place in the queue
        }
    }

    /** Its memory was withdrawn: it waits for some again, with what has been told. */
    private void takeBack(Handed handed) {
        endings.drop(handed);
        requests.forgetNumber(handed);
        if (handed.cancelled) {
            endings.cancelled(handed);
        } else {
            handed.enter(Phase.ADMISSION);
        }
    }
}
