/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.TestConsole;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A small model that is busy for some seconds, and what is asked of it. */
final class ClusterModel {
    /** Pieces of text in a whole answer, about. */
    static final int ANSWER = 1200;

    private static final String PROMPT = "to be or not to be, that is the question";

    private ClusterModel() {}

    /** 3 KV heads: for up to 3 nodes. */
    static Path write(Path directory) {
        return write(directory, TinyModel.create().heads(6, 3));
    }

    /** 1 KV head: a second node stands by. */
    static Path writeForOneNode(Path directory) {
        return write(directory, TinyModel.create().heads(4, 1));
    }

    private static Path write(Path directory, TinyModel model) {
        try {
            return model.layers(8).ffnDim(288).contextLength(2048).write(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A sampled answer with log-probabilities, piece by piece, then as JSON. */
    static List<String> generate(Path model, String... options) {
        return generate(model, ANSWER, options);
    }

    static List<String> generate(Path model, int tokens, String... options) {
        List<String> words = new ArrayList<>(List.of("generate", "-m", model.toString(), "-p", PROMPT));
        words.addAll(List.of("-n", Integer.toString(tokens), "--ignore-eos", "--temperature", "0.9", "--seed", "7"));
        words.addAll(List.of("--logprobs", "3", "--threads", "1", "--warm-up", "0", "--json", "--events"));
        words.addAll(List.of(options));
        return words;
    }

    /** The answer of a command that is run in this process; it must be a good one. */
    static JsonNode answer(List<String> words) {
        TestConsole.Result result = new TestConsole(Path.of("")).run(words.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.err()).isZero();
        return Json.parse(result.out().lines().toList().getLast(), "answer");
    }

    /** Token by token and bit by bit. */
    static void same(JsonNode answer, JsonNode expected) {
        assertThat(answer.path("tokens")).hasSizeGreaterThan(0).isEqualTo(expected.path("tokens"));
        assertThat(answer.path("logprobs")).hasSizeGreaterThan(0).isEqualTo(expected.path("logprobs"));
        assertThat(answer.path("text")).isEqualTo(expected.path("text"));
        assertThat(answer.path("finish_reason")).isEqualTo(expected.path("finish_reason"));
    }
}
