/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.calibrate;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.TestConsole;
import io.headwater.testing.RealModel;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CalibrateCommandTest {
    private static final String CALIBRATION = "tiny.gguf.calibration.json";
    private static final String GENERATE =
            "generate -m tiny.gguf -n 20 -p sea --kv-budget 20 --kv-interval 16 --json" + " --kv-policy ";

    @TempDir
    private Path directory;

    @BeforeEach
    void writeATextAndAModel() throws IOException {
        tiny().write(directory);
        Files.writeString(directory.resolve("text.txt"), "the sea and the wind, the ship, a storm. ".repeat(40));
    }

    private static TinyModel tiny() {
        return TinyModel.create().heads(6, 3).headDim(32).contextLength(256);
    }

    private TestConsole.Result run(String line) {
        return new TestConsole(directory).run(line.split(" "));
    }

    @Test
    void whatWasMeasuredLiesBesideTheModelAndUncompDividesItsBudgetByIt() throws IOException {
        TestConsole.Result calibrated = run("calibrate -m tiny.gguf -f text.txt --tokens 128 --samples 3 --json");

        assertThat(calibrated.err()).isEmpty();
        assertThat(calibrated.exitCode()).isEqualTo(ExitCode.DONE);
        JsonNode printed = Json.parse(calibrated.out(), "calibrate");
        assertThat(printed.get("path").asText()).endsWith(CALIBRATION);
        JsonNode written = Json.parse(Files.readString(directory.resolve(CALIBRATION)), CALIBRATION);
        assertThat(written).isEqualTo(printed.get("calibration"));
        assertThat(written.get("samples").asInt()).isEqualTo(3);
        assertThat(written.get("query_entropy"))
                .hasSize(2)
                .allSatisfy(layer -> assertThat(layer)
                        .hasSize(3)
                        .allSatisfy(entropy -> assertThat(entropy.asDouble()).isBetween(0.01, 1.0)));
        assertThat(written.get("hidden_entropy")).hasSize(2);
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files.map(Path::toString).filter(name -> name.endsWith(".part")))
                    .isEmpty();
        }

        for (String policy : new String[] {"uncomp:window=4", "h2o:allocation=entropy"}) {
            JsonNode kv = Json.parse(run(GENERATE + policy).out(), "generate").get("kv");
            for (int layer = 0; layer < 2; layer++) {
                String digits = written.get("head_groups").get("2").get(layer).asText();
                int low = kv.get("entries").get(layer).get(digits.indexOf('0')).asInt();
                int high = kv.get("entries").get(layer).get(digits.indexOf('1')).asInt();
                assertThat(high).as(policy + " " + kv).isGreaterThan(low);
            }
        }
    }

    @Test
    void theSameTextGivesTheSameFileOnAnyNumberOfThreads() throws IOException {
        String command = "calibrate -m tiny.gguf -f text.txt --tokens 200 --samples 2 --threads ";
        assertThat(run(command + "1").out()).contains("2 samples of 200 tokens");
        String one = Files.readString(directory.resolve(CALIBRATION));
        assertThat(run(command + "3").exitCode()).isEqualTo(ExitCode.DONE);
        assertThat(Files.readString(directory.resolve(CALIBRATION))).isEqualTo(one);
    }

    @Test
    void aPolicyThatNeedsACalibrationWithoutOneIsOneClearLine() {
        for (String policy : new String[] {"uncomp:window=4", "ems:window=4,allocation=entropy/3"}) {
            refused(GENERATE + policy, "needs a calibration of the model", "run headwater calibrate -m ");
        }
        refused(GENERATE + "ems:window=4,allocation=entropy/2/2x4/58", "head groups of another model");
        String compare = "perplexity -m tiny.gguf -f text.txt --window 60 --compress-half --kv-budget 20 --kv-policy ";
        refused(compare + "uncomp:window=4", "needs a calibration");
        refused(compare + "ems:window=4,allocation=entropy/2/2x4/58", "head groups of another model");
    }

    @Test
    void aCalibrationOfAnotherModelOrADamagedOneIsOneClearLine() throws IOException {
        assertThat(run("calibrate -m tiny.gguf -f text.txt --tokens 128 --samples 1")
                        .exitCode())
                .isEqualTo(ExitCode.DONE);
        tiny().layers(3).write(directory);
        refused(GENERATE + "uncomp:window=4", "calibration is one of another model", "run headwater calibrate");
        tiny().write(directory);
        refused(GENERATE + "uncomp:window=4,allocation=entropy/5", "5 groups of heads", "3 KV heads in a layer");

        Path file = directory.resolve(CALIBRATION);
        String good = Files.readString(file);
        Files.writeString(file, good.replaceFirst("\"samples\":1,", ""));
        refused(GENERATE + "uncomp:window=4", CALIBRATION, "damaged", "calibrate again");
        Files.writeString(file, good.replaceFirst("calibration-1", "calibration-2"));
        refused(GENERATE + "uncomp:window=4", "this version of Headwater reads headwater-calibration-1");
        Files.writeString(file, good.substring(0, 40));
        refused(GENERATE + "uncomp:window=4", "is not JSON");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--tokens 512 | --tokens 512: this model's context has 256",
                "--tokens 64 | of 128 tokens",
                "--samples 0 | at least 1 sample",
            })
    void whatCannotBeMeasuredIsOneClearLine(String options, String message) {
        refused("calibrate -m tiny.gguf -f text.txt " + options, message);
    }

    @Test
    void aTextThatIsTooShortIsOneClearLine() throws IOException {
        Files.writeString(directory.resolve("short.txt"), "the sea");
        refused("calibrate -m tiny.gguf -f short.txt --tokens 128", "a sample takes 128", "give a longer text");
        refused("calibrate -m tiny.gguf -f nowhere.txt --tokens 128", "nowhere.txt");
        assertThat(directory.resolve(CALIBRATION)).doesNotExist();
    }

    @Test
    void aTextOfOneTokenOverAndOverIsOneClearLine() throws IOException {
        Files.writeString(directory.resolve("same.txt"), "x".repeat(400));
        refused("calibrate -m tiny.gguf -f same.txt --tokens 128 --samples 2", "one token repeated", "give a text");
        assertThat(directory.resolve(CALIBRATION)).doesNotExist();
    }

    @Test
    void theDefaultModelsCalibrationIsInTheProgram() {
        TestConsole.Result result = new TestConsole(directory)
                .run(("generate -m " + RealModel.require() + " -n 4 -p The --kv-budget 16 --kv-policy uncomp --json")
                        .split(" "));
        assertThat(result.err()).isEmpty();
        assertThat(Json.parse(result.out(), "generate").at("/kv/policy_text").asText())
                .contains("allocation=entropy/2/30x3/");
    }

    private void refused(String line, String... messages) {
        TestConsole.Result result = run(line);
        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err().lines()).hasSize(1);
        assertThat(result.err()).contains(messages);
    }
}
