/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import java.time.Duration;
import java.util.List;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.MediaTypes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.apache.pekko.stream.javadsl.Source;
import org.apache.pekko.util.ByteString;

/** Streams in the form that {@code EventSource} reads. */
final class ServerSentEvents {
    private static final Duration KEEP_ALIVE = Duration.ofSeconds(15);
    private static final ByteString COMMENT = ByteString.fromString(": keep-alive\n\n");
    /** Sent at once, so that a client knows that it is connected before the first token. */
    private static final ByteString OPEN = ByteString.fromString(": open\n\n");
    /** The same to those that can resume: a browser's {@code EventSource} otherwise waits for some seconds before it comes back. */
    private static final ByteString OPEN_AGAIN = ByteString.fromString("retry: 500\n: open\n\n");

    private ServerSentEvents() {}

    /** A completion's chunks: OpenAI's clients do not resume them. */
    static HttpResponse chunks(Source<ByteString, ?> pieces, String session) {
        return response(Source.single(OPEN).concat(pieces), session);
    }

    /** A session's events, which a client can take up again after any of them. */
    static HttpResponse events(Source<ByteString, ?> pieces, String session) {
        return response(Source.single(OPEN_AGAIN).concat(pieces), session);
    }

    /** A comment comes where nothing else does for a while. */
    private static HttpResponse response(Source<ByteString, ?> pieces, String session) {
        Source<ByteString, ?> all = pieces.keepAlive(KEEP_ALIVE, () -> COMMENT);
        return HttpResponse.create()
                .addHeaders(List.of(
                        RawHeader.create("Cache-Control", "no-cache"),
                        RawHeader.create("X-Accel-Buffering", "no"),
                        RawHeader.create(SESSION_HEADER, session)))
                .withEntity(HttpEntities.createChunked(MediaTypes.TEXT_EVENT_STREAM.toContentType(), all));
    }

    /** Names the session whose tokens a response tells. */
    static final String SESSION_HEADER = "X-Headwater-Session";

    /** One event; the id is the offset to resume after. */
    static void write(StringBuilder out, int id, String event, Object data) {
        if (!event.isEmpty()) {
            out.append("event: ").append(event).append('\n');
        }
        out.append("id: ")
                .append(id)
                .append("\ndata: ")
                .append(Responses.text(data))
                .append("\n\n");
    }

    /** One event without an id. */
    static void write(StringBuilder out, Object data) {
        out.append("data: ").append(Responses.text(data)).append("\n\n");
    }
}
