/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import io.headwater.sessions.log.SessionEvent.TurnProblem;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.util.ByteString;

/** Writes one completion, as chunks or as a whole. */
final class CompletionWriter {
    private static final String DONE = "data: [DONE]\n\n";

    private final CompletionForm form;
    private final String id;
    private final String model;
    private final long created;
    private final boolean includeUsage;

    CompletionWriter(CompletionForm form, String session, String model, boolean includeUsage) {
        this.form = form;
        this.id = form.prefix() + session;
        this.model = model;
        this.created = System.currentTimeMillis() / 1000;
        this.includeUsage = includeUsage;
    }

    /** What a stream begins with. */
    ByteString opening() {
        StringBuilder out = new StringBuilder();
        form.opening().ifPresent(choice -> ServerSentEvents.write(out, body(true, List.of(choice))));
        return ByteString.fromString(out.toString());
    }

    /** A page of events in one piece; its tokens become one chunk, whose id is the last one's offset. */
    ByteString chunks(List<Told> page) {
        StringBuilder out = new StringBuilder();
        List<Sampled> tokens = sampled(page);
        if (!tokens.isEmpty()) {
            Map<String, Object> choice = form.piece(tokens, text(tokens));
            ServerSentEvents.write(out, tokens.getLast().offset(), "", body(true, List.of(choice)));
        }
        if (page.getLast() instanceof TurnEnded end) {
            end(out, end);
        }
        return ByteString.fromString(out.toString());
    }

    private void end(StringBuilder out, TurnEnded end) {
        if (!end.problem().equals(TurnProblem.NONE)) {
            ServerSentEvents.write(
                    out, end.offset(), "", Outcomes.error(end.problem()).body());
            return;
        }
        Map<String, Object> last = body(true, List.of(form.last(end)));
        last.put("timings", UsageFields.timings(end.usage()));
        ServerSentEvents.write(out, end.offset(), "", last);
        if (includeUsage) {
            Map<String, Object> usage = body(true, List.of());
            usage.put("usage", UsageFields.of(end.usage()));
            ServerSentEvents.write(out, usage);
        }
        out.append(DONE);
    }

    /** What a stream ends with that is not told to its end: why, and no {@code [DONE]}. */
    ByteString cut(ApiError why) {
        StringBuilder out = new StringBuilder();
        ServerSentEvents.write(out, why.body());
        return ByteString.fromString(out.toString());
    }

    /**
     * All of it; {@code end} is the last event.
     *
     * @throws ApiError if it ended with an error
     */
    Map<String, Object> whole(List<Told> events, TurnEnded end) {
        if (!end.problem().equals(TurnProblem.NONE)) {
            throw Outcomes.error(end.problem());
        }
        List<Sampled> tokens = sampled(events);
        Map<String, Object> body = body(false, List.of(form.whole(tokens, text(tokens) + end.text(), end)));
        body.put("usage", UsageFields.of(end.usage()));
        body.put("timings", UsageFields.timings(end.usage()));
        return body;
    }

    private static List<Sampled> sampled(List<Told> events) {
        List<Sampled> tokens = new ArrayList<>();
        for (Told told : events) {
            if (told instanceof Sampled token) {
                tokens.add(token);
            }
        }
        return tokens;
    }

    private static String text(List<Sampled> tokens) {
        StringBuilder text = new StringBuilder();
        tokens.forEach(token -> text.append(token.text()));
        return text.toString();
    }

    private Map<String, Object> body(boolean chunk, List<Map<String, Object>> choices) {
        Map<String, Object> body = new LinkedHashMap<>();
        body.put("id", id);
        body.put("object", form.object(chunk));
        body.put("created", created);
        body.put("model", model);
        body.put("choices", choices);
        return body;
    }
}
