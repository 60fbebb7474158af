/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.TestConsole;
import io.headwater.testing.RealModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RealModelGenerateTest {
    private static final String PROMPT =
            "The sea was calm, and the boats lay at the quay. ".repeat(9) + "In the evening the wind";

    @TempDir
    private Path directory;

    @Test
    void nodesThreadsAndChunksChangeNoBit() {
        JsonNode reference = generate("--threads 1");

        for (String layout :
                List.of("--nodes 3 --threads 1 --transport udp --warm-up 1", "--threads 2 --chunk 16", "--chunk 100")) {
            JsonNode answer = generate(layout);

            assertThat(answer.get("tokens")).as(layout).isEqualTo(reference.get("tokens"));
            assertThat(answer.get("logprobs")).as(layout).isEqualTo(reference.get("logprobs"));
        }
    }

    private JsonNode generate(String layout) {
        List<String> arguments = new ArrayList<>(List.of(
                "generate",
                "-m",
                RealModel.require().toString(),
                "--json",
                "-p",
                PROMPT,
                "-n",
                "12",
                "--logprobs",
                "4",
                "--context",
                "512"));
        arguments.addAll(List.of(layout.split(" ", -1)));
        TestConsole.Result result = new TestConsole(directory).run(arguments.toArray(String[]::new));
        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.DONE);
        return Json.parse(result.out(), "answer");
    }
}
