/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class InspectCommandTest {
    @TempDir
    private Path directory;

    private String model = "";

    @BeforeEach
    void writeModel() throws IOException {
        model = TinyModel.create()
                .layers(2)
                .heads(9, 3)
                .headDim(32)
                .write(directory)
                .toString();
    }

    @Test
    void dealsEveryUnitOutOnce() {
        JsonNode inspection =
                Json.parse(run("inspect", "-m", model, "--nodes", "3", "--json").out(), "out");

        assertThat(inspection.path("plan").findValuesAsText("node")).containsExactly("0", "1", "2");
        assertThat(inspection.path("plan").get(0).path("head_groups").toString())
                .isEqualTo("[0]");
        assertThat(inspection.path("plan").get(2).path("head_groups").toString())
                .isEqualTo("[2]");
        assertThat(inspection.path("kv_bytes_per_token").path("bf16").intValue())
                .isEqualTo(2 * 2 * 3 * 32 * 2);
        assertThat(inspection.path("tensors").size()).isGreaterThan(10);
    }

    @Test
    void dealsInProportionToCapacities() {
        JsonNode plan = Json.parse(
                        run("inspect", "-m", model, "--nodes", "2", "--capacity", "3,1", "--json")
                                .out(),
                        "out")
                .path("plan");

        assertThat(plan.get(0).path("head_groups").toString()).isEqualTo("[0,1]");
        assertThat(plan.get(1).path("head_groups").toString()).isEqualTo("[2]");
    }

    @Test
    void showsAPageToPeople() {
        TestConsole.Result result = run("inspect", "-m", model, "--nodes", "2");

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(result.out()).contains("9 query, 3 KV, headDim 32").contains("node 1        head groups 2,");
    }

    @Test
    void moreNodesThanKvHeadsIsAUsageError() {
        refused("nodes=4: this model can be dealt out to 1 to 3 nodes", "inspect", "-m", model, "--nodes", "4");
    }

    @Test
    void aMissingFileADirectoryAndADamagedFileAreUsageErrors() throws IOException {
        Files.writeString(directory.resolve("text.gguf"), "this is no model");

        refused("there is no file", "inspect", "-m", "absent.gguf");
        refused("is a directory", "inspect", "-m", directory.toString());
        refused("text.gguf", "inspect", "-m", "text.gguf");
    }

    private void refused(String message, String... args) {
        TestConsole.Result result = run(args);

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.out()).isEmpty();
        assertThat(result.err().lines()).singleElement().asString().contains(message);
    }

    private TestConsole.Result run(String... args) {
        return new TestConsole(directory).run(args);
    }
}
