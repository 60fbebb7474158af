/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.cli.WorkFailed;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The batch form of a command: a request per line in, a JSON object per line out, in the same order; a bad line spoils no other. */
public final class BatchLines {
    private BatchLines() {}

    /** The lines that are not blank. */
    public static List<String> read(Console console, String source) {
        return TextInput.read(console, source)
                .lines()
                .filter(line -> !line.isBlank())
                .toList();
    }

    /** Answers line by line until cancelled; false if a line was bad. */
    public static boolean answer(
            Console console,
            List<String> lines,
            Cancellation cancellation,
            Function<JsonNode, Map<String, Object>> work) {
        boolean good = true;
        for (String line : lines) {
            if (cancellation.asked()) {
                break;
            }
            Map<String, Object> answer = answer(line, work);
            good &= !answer.containsKey("error");
            Json.print(console, answer);
        }
        return good;
    }

    private static Map<String, Object> answer(String line, Function<JsonNode, Map<String, Object>> work) {
        Map<String, Object> answer = new LinkedHashMap<>();
        @Nullable JsonNode request = null;
        try {
            request = Json.parse(line, "the line");
            if (!request.isObject()) {
                throw new UserError("the line is no JSON object");
            }
            answer.put("id", request.get("id"));
            answer.putAll(work.apply(request));
            return answer;
        } catch (UserError | WorkFailed e) {
            answer.clear();
            answer.put("id", request == null ? null : request.get("id"));
            answer.put("error", e.getMessage());
            return answer;
        }
    }
}
