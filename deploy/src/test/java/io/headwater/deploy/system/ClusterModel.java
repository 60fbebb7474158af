/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A small model with 3 KV heads that is busy for a second or two, and what is asked of it. */
final class ClusterModel {
    /** Pieces of text in a whole answer, about. */
    static final int ANSWER = 400;

    private static final String PROMPT = "to be or not to be, that is the question";

    private ClusterModel() {}

    static Path write(Path directory) {
        try {
            return TinyModel.create()
                    .layers(8)
                    .heads(6, 3)
                    .ffnDim(288)
                    .contextLength(1024)
                    .write(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A sampled answer with log-probabilities, piece by piece, then as JSON. */
    static List<String> generate(Path model, String... options) {
        List<String> words = new ArrayList<>(List.of("generate", "-m", model.toString(), "-p", PROMPT));
        words.addAll(List.of("-n", Integer.toString(ANSWER), "--ignore-eos", "--temperature", "0.9", "--seed", "7"));
        words.addAll(List.of("--logprobs", "3", "--threads", "1", "--json", "--events"));
        words.addAll(List.of(options));
        return words;
    }
}
