/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import com.fasterxml.jackson.databind.annotation.JsonSerialize;
import io.headwater.cluster.membership.CborMessage;
import io.headwater.model.decoding.DecodeEvent;
import java.util.List;

/** What a {@link Decoder} tells a gateway. */
public sealed interface DecoderReport extends CborMessage {
    /** Of the decoder: a gateway that knows a newer plan drops the report. */
    long epoch();

    /** The request is in the decoder's hands; said again for a repeated {@link Decoder.Submit}. */
    record Accepted(long epoch, long request) implements DecoderReport {}

    /** The session's cache has left the memory, as {@link Decoder.Park} asks. */
    record Parked(long epoch, long session) implements DecoderReport {}

    /**
     * What the gateway's requests have come to since the last report. Reports to one gateway are numbered from 1 without gaps and repeated until
     * {@link Decoder.Heard} comes back.
     *
     * @param figures of the leader's engine, at this moment
     */
    record Told(long epoch, long number, List<RequestEvents> requests, DecodeWork.LoopFigures figures)
            implements DecoderReport {
        public Told {
            requests = List.copyOf(requests);
        }
    }

    /** Events of one request, in order. */
    record RequestEvents(
            long request,

            @JsonSerialize(using = DecodingCodec.EventsOut.class) @JsonDeserialize(using = DecodingCodec.EventsIn.class)
            List<DecodeEvent> events) {
        public RequestEvents {
            events = List.copyOf(events);
        }
    }
}
