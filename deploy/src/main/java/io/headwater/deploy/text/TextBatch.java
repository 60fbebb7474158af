/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.text;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.UserError;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The batch form: a request per line in, one JSON object per line out, in order, with the request's id. A bad line harms no other. */
final class TextBatch {
    private TextBatch() {}

    /** Answers one request; what it throws becomes the line's error. */
    interface Work {
        Map<String, ?> answer(JsonNode request);
    }

    /** Returns the exit code: FAILED if a line was bad. */
    static int run(Console console, String source, Work work) throws IOException {
        int exitCode = ExitCode.DONE;
        BufferedReader lines = new BufferedReader(new StringReader(TextSource.read(console, source)));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (!line.isBlank()) {
                Map<String, Object> answer = answer(line, work);
                exitCode = answer.containsKey("error") ? ExitCode.FAILED : exitCode;
                Json.print(console, answer);
            }
        }
        return exitCode;
    }

    private static Map<String, Object> answer(String line, Work work) {
        JsonNode id = NullNode.getInstance();
        try {
            JsonNode request = Json.parse(line, "the line");
            id = request.path("id").isMissingNode() ? id : request.path("id");
            if (!request.isObject()) {
                throw new UserError("the line is no JSON object");
            }
            Map<String, Object> answer = answer(id);
            answer.putAll(work.answer(request));
            return answer;
        } catch (UserError e) {
            Map<String, Object> answer = answer(id);
            answer.put("error", e.getMessage());
            return answer;
        }
    }

    private static Map<String, Object> answer(JsonNode id) {
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", id);
        return answer;
    }

    /** A field that must be a string. */
    static String string(JsonNode request, String field) {
        JsonNode value = request.path(field);
        if (!value.isTextual()) {
            throw new UserError("\"" + field + "\" must be a string");
        }
        return value.textValue();
    }

    /** A field that is a boolean where it is there. */
    static boolean flag(JsonNode request, String field, boolean otherwise) {
        @Nullable JsonNode value = request.get(field);
        if (value == null) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw new UserError("\"" + field + "\" must be true or false");
        }
        return value.booleanValue();
    }
}
