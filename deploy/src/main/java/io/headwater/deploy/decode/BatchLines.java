/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.Unavailable;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.cli.WorkFailed;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The batch form of a command: a request per line in, a JSON object per line out, in the same order; a bad line spoils no other.
 */
public final class BatchLines {
    /** Lines handed in and not yet answered: enough to fill the steps, fewer than a queue refuses. */
    private static final int UNDER_WAY = 32;

    private final Console console;
    private final Function<JsonNode, Supplier<Map<String, Object>>> work;
    private final Deque<Line> underWay = new ArrayDeque<>();
    private boolean good = true;

    private BatchLines(Console console, Function<JsonNode, Supplier<Map<String, Object>>> work) {
        this.console = console;
        this.work = work;
    }

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
        return answer(console, lines, cancellation, 1, request -> () -> work.apply(request));
    }

    /**
     * Answers many lines together until cancelled, and then those that have begun; false if a line was bad.
     *
     * @param work hands a line in and gives what waits for its answer
     */
    public static boolean answerTogether(
            Console console,
            List<String> lines,
            Cancellation cancellation,
            Function<JsonNode, Supplier<Map<String, Object>>> work) {
        return answer(console, lines, cancellation, UNDER_WAY, work);
    }

    private static boolean answer(
            Console console,
            List<String> lines,
            Cancellation cancellation,
            int underWay,
            Function<JsonNode, Supplier<Map<String, Object>>> work) {
        BatchLines batch = new BatchLines(console, work);
        for (String line : lines) {
            if (cancellation.asked()) {
                break;
            }
            batch.underWay.addLast(batch.begin(line));
            if (batch.underWay.size() == underWay) {
                batch.answerNext();
            }
        }
        while (!batch.underWay.isEmpty()) {
            batch.answerNext();
        }
        return batch.good;
    }

    private Line begin(String text) {
        @Nullable JsonNode request = null;
        try {
            request = Json.parse(text, "the line");
            if (!request.isObject()) {
                throw new UserError("the line is no JSON object");
            }
            return new Line(request.get("id"), work.apply(request));
        } catch (UserError | WorkFailed | Unavailable e) {
            Map<String, Object> error = Map.of("error", String.valueOf(e.getMessage()));
            return new Line(request == null ? null : request.get("id"), () -> error);
        }
    }

    private void answerNext() {
        Line line = underWay.removeFirst();
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("id", line.id());
        try {
            answer.putAll(line.answer().get());
        } catch (UserError | WorkFailed | Unavailable e) {
            answer.put("error", e.getMessage());
        }
        good &= !answer.containsKey("error");
        Json.print(console, answer);
    }

    /** A line that has been handed in, and what waits for its answer. */
    private record Line(@Nullable JsonNode id, Supplier<Map<String, Object>> answer) {}
}
