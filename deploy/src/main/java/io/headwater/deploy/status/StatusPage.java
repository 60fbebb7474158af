/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.status;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.model.shard.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A cluster's report for people: a line about the plan, a table of the nodes, lines about members, the work, and what was dropped. */
final class StatusPage {
    private static final List<String> HEADER = List.of(
            "node",
            "host",
            "pid",
            "roles",
            "state",
            "heads",
            "FFN",
            "vocabulary rows",
            "weights",
            "KV",
            "memory",
            "tokens/s",
            "p50/p99 µs");

    private StatusPage() {}

    static String of(JsonNode report) {
        StringBuilder page = new StringBuilder();
        page.append(plan(report)).append('\n');
        List<List<String>> rows = new ArrayList<>(List.of(HEADER));
        report.path("nodes").forEach(node -> rows.add(row(node)));
        table(page, rows);
        report.path("nodes").forEach(node -> note(page, node));
        page.append(members(report)).append('\n');
        page.append(work(report)).append('\n');
        page.append(budgets(report.path("sessions")));
        page.append(dropped(report)).append('\n');
        return page.toString();
    }

    private static String plan(JsonNode report) {
        String state = report.path("state").asText();
        String reason = report.path("reason").asText("");
        return "epoch " + report.path("epoch").asLong() + ", " + state + (reason.isEmpty() ? "" : ": " + reason);
    }

    private static List<String> row(JsonNode node) {
        JsonNode exchange = node.path("exchange");
        return List.of(
                node.path("id").asText(),
                node.path("host").asText(),
                node.path("pid").asText(),
                joined(node.path("roles")),
                node.path("state").asText() + (node.path("leader").asBoolean() ? ", leads" : ""),
                range(node.path("head_groups")),
                range(node.path("ffn_units")),
                rows(node),
                megabytes(node.path("weight_bytes")),
                megabytes(node.path("kv_bytes")) + " of " + megabytes(node.path("kv_limit_bytes")),
                megabytes(node.path("memory_bytes")),
                String.format(
                        Locale.ROOT, "%.1f", node.path("tokens_per_second").asDouble()),
                String.format(
                        Locale.ROOT,
                        "%.0f/%.0f",
                        exchange.path("p50_us").asDouble(),
                        exchange.path("p99_us").asDouble()));
    }

    private static void table(StringBuilder page, List<List<String>> rows) {
        int[] widths = IntStream.range(0, HEADER.size())
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        for (List<String> row : rows) {
            String line = IntStream.range(0, row.size())
                    .mapToObj(column -> String.format(Locale.ROOT, "%-" + widths[column] + "s", row.get(column)))
                    .collect(Collectors.joining("  "));
            page.append(line.stripTrailing()).append('\n');
        }
    }

    private static void note(StringBuilder page, JsonNode node) {
        String reason = node.path("reason").asText("");
        if (!reason.isEmpty()) {
            page.append(node.path("id").asText()).append(": ").append(reason).append('\n');
        }
    }

    /** Nodes and commands that have joined: each counts where parts of the cluster do not hear each other. */
    private static String members(JsonNode report) {
        Set<String> shards = texts(report.path("nodes").findValues("id").stream());
        String others = StreamSupport.stream(report.path("members").spliterator(), false)
                .map(JsonNode::asText)
                .filter(member -> !shards.contains(member))
                .collect(Collectors.joining(", "));
        int count = report.path("members").size();
        return count
                + (count == 1 ? " member" : " members")
                + (others.isEmpty() ? "" : "; gateways without a shard: " + others);
    }

    private static Set<String> texts(Stream<JsonNode> values) {
        return values.map(JsonNode::asText).collect(Collectors.toSet());
    }

    private static String dropped(JsonNode report) {
        String counts = report.path("dropped").properties().stream()
                .filter(each -> each.getValue().asLong() > 0)
                .map(each -> each.getValue().asLong() + " " + each.getKey())
                .sorted()
                .collect(Collectors.joining(", "));
        return "dropped messages: " + (counts.isEmpty() ? "none" : counts);
    }

    private static String work(JsonNode report) {
        JsonNode sessions = report.path("sessions");
        JsonNode exchange = report.path("exchange");
        return String.format(
                Locale.ROOT,
                "%d running, %d waiting, %.1f tokens/s; all-reduce p50 %.0f µs, p99 %.0f µs",
                sessions.path("running").asLong(),
                sessions.path("waiting").asLong(),
                report.path("tokens_per_second").asDouble(),
                exchange.path("p50_us").asDouble(),
                exchange.path("p99_us").asDouble());
    }

    /** A line where memory is short; they are the same on every node. */
    private static String budgets(JsonNode sessions) {
        int shrunk = sessions.path("shrunk").asInt();
        return shrunk == 0
                ? ""
                : (shrunk == 1
                                ? "1 session has less KV budget than it asked for, "
                                : shrunk + " sessions have less KV budget than they asked for, the smallest ")
                        + sessions.path("least_budget").asInt() + " entries of a head\n";
    }

    private static String joined(JsonNode words) {
        return StreamSupport.stream(words.spliterator(), false)
                .map(JsonNode::asText)
                .collect(Collectors.joining(","));
    }

    private static String range(JsonNode units) {
        if (units.isEmpty()) {
            return "–";
        }
        String first = units.get(0).asText();
        return units.size() == 1
                ? first
                : first + "–" + units.get(units.size() - 1).asText();
    }

    /** Rows of the vocabulary, not the units that hold them. */
    private static String rows(JsonNode node) {
        JsonNode units = node.path("vocabulary_units");
        if (units.isEmpty()) {
            return "–";
        }
        long first = (long) units.get(0).asInt() * Units.VOCABULARY_UNIT_ROWS;
        return first + "–" + (first + node.path("vocabulary_rows").asLong() - 1);
    }

    private static String megabytes(JsonNode bytes) {
        return String.format(Locale.ROOT, "%.1f MB", bytes.asLong() / 1e6);
    }
}
