/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.Handed.Phase;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.generation.FinishReason;
import java.util.List;

/** How requests end: their memory is freed, unless their session keeps it, and their clients hear why. Owned by the gateway. */
final class Endings {
    private static final Ended CANCELLED = new Ended(FinishReason.CANCELLED, "", List.of(), SequenceFigures.NONE);

    private final OpenRequests requests;
    private final Admission admission;
    private final DecoderLink decoder;

    Endings(OpenRequests requests, Admission admission, DecoderLink decoder) {
        this.requests = requests;
        this.admission = admission;
        this.decoder = decoder;
    }

    /** With what a decoder said, or in its place. */
    void end(Handed handed, DecodeEvent last) {
        requests.remove(handed);
        if (!handed.keep() || last instanceof Failed) {
            admission.release(handed.session());
        }
        if (last instanceof Failed) {
            decoder.release(handed.session()); // it may have a cache of an earlier turn, too
        }
        if (!admission.holds(handed.session())) {
            requests.forgetIdle(handed.session());
        }
        handed.tell(last);
    }

    /** As its decoder said: if its session is kept, its cache has stayed there. */
    void ended(Handed handed, Ended last) {
        end(handed, last);
        if (admission.holds(handed.session())) {
            requests.rest(handed);
        }
    }

    /** It ends here, without a decoder: what its session kept before lives on if the session does. */
    void cancelled(Handed handed) {
        if (!handed.keep()) {
            decoder.release(handed.session());
        } else if (handed.phase == Phase.ADMISSION || !admission.holds(handed.session())) {
            admission.takeBack(handed.session());
        }
        requests.follow(handed);
        end(handed, CANCELLED);
    }

    void fail(Handed handed, Failure failure, String reason) {
        drop(handed);
        end(handed, new Failed(failure, reason));
    }

    void endAll(Failure failure, String reason) {
        for (Handed handed : requests.all()) {
            fail(handed, failure, reason);
        }
    }

    /** The decoder that has it, or may have it, ends it and frees its cache. */
    void drop(Handed handed) {
        if (handed.phase == Phase.SUBMITTED || handed.phase == Phase.RUNNING) {
            decoder.cancel(handed.session());
            decoder.release(handed.session());
        }
    }
}
