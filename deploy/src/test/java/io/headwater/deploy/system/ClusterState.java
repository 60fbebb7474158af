/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import io.headwater.deploy.cli.Json;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.function.Predicate;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** What a cluster says about itself at {@code GET /v1/cluster}. */
final class ClusterState {
    private static final Duration PATIENCE = Duration.ofSeconds(150);
    private static final int HTTP_OK = 200;

    private final String url;

    ClusterState(String url) {
        this.url = url;
    }

    /** JSON's null while nobody knows. */
    JsonNode now() {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url + "/v1/cluster"))
                .timeout(Duration.ofSeconds(5))
                .build();
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> response = client.send(request, HttpResponse.BodyHandlers.ofString());
            return response.statusCode() == HTTP_OK ? Json.parse(response.body(), url) : NullNode.instance;
        } catch (IOException e) {
            return NullNode.instance;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return NullNode.instance;
        }
    }

    /** Waits until a plan of so many nodes serves. */
    JsonNode awaitServing(int nodes) {
        return await(
                "a plan of " + nodes + " nodes serves",
                state -> state.path("state").asText().equals("serving") && count(state, "serving") == nodes);
    }

    /** Waits until so many nodes stand by. */
    JsonNode awaitStandby(int nodes) {
        return await(nodes + " nodes stand by", state -> count(state, "standby") == nodes);
    }

    /** The process that leads the plan, or one that follows. */
    long pid(boolean leader) {
        JsonNode state = now();
        return nodes(state)
                .filter(node -> node.path("state").asText().equals("serving"))
                .filter(node -> node.path("leader").asBoolean() == leader)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such node: " + state))
                .path("pid")
                .asLong();
    }

    /** The first node of a state that is in such a state itself. */
    JsonNode node(JsonNode state, String nodeState) {
        return nodes(state)
                .filter(node -> node.path("state").asText().equals(nodeState))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no node is " + nodeState + ": " + state));
    }

    private JsonNode await(String what, Predicate<JsonNode> condition) {
        JsonNode[] last = {NullNode.instance};
        try {
            Awaitility.await(what)
                    .pollInterval(Duration.ofMillis(100))
                    .atMost(PATIENCE)
                    .until(() -> {
                        last[0] = now();
                        return condition.test(last[0]);
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(what + ": not so within " + PATIENCE + "; the last state was " + last[0], e);
        }
        return last[0];
    }

    private static long count(JsonNode state, String nodeState) {
        return nodes(state)
                .filter(node -> node.path("state").asText().equals(nodeState))
                .count();
    }

    private static Stream<JsonNode> nodes(JsonNode state) {
        return StreamSupport.stream(state.path("nodes").spliterator(), false);
    }
}
