/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.TestConsole;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BenchCommandTest {
    @TempDir
    private Path directory;

    @BeforeEach
    void writeAModel() throws IOException {
        TinyModel.create().contextLength(64).write(directory);
    }

    @Test
    void measuresEachRepetitionAndCountsTheExchange() {
        TestConsole.Result result =
                run("--prompt 20 --generate 4 --depth 8 --repetitions 3 --nodes 2 --threads 1 --warm-up 0 --json");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = Json.parse(result.out(), "result");
        assertThat(json.get("prefill")).hasSize(3).allMatch(speed -> speed.asDouble() > 0);
        assertThat(json.get("decode")).hasSize(3).allMatch(speed -> speed.asDouble() > 0);
        assertThat(json.get("bandwidth_gb_s").asDouble()).isPositive();
        assertThat(json.get("bandwidth_share").asDouble())
                .isCloseTo(
                        json.get("weights_gb_s").asDouble()
                                / json.get("bandwidth_gb_s").asDouble(),
                        within(1e-9));
        assertThat(json.get("compute_ms").asDouble()).isPositive();
        assertThat(json.get("exchange_ms").asDouble()).isPositive();
        assertThat(json.get("exchange_bytes").asLong()).isPositive();
        assertThat(json.get("compression_share").toString()).isEqualTo("{\"prefill\":0.0,\"decode\":0.0}");
        assertThat(json.get("compression").isNull()).isTrue();
    }

    @Test
    void aPolicyIsComparedWithAnEmptyCacheAndItsBytesAreTold() {
        TestConsole.Result result = run("--prompt 0 --generate 20 --depth 40 --repetitions 2 --threads 1"
                + " --kv-policy ems:window=4 --kv-budget 16 --kv-interval 16 --resident --json");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = Json.parse(result.out(), "result");
        JsonNode compression = json.get("compression");
        assertThat(compression.get("decode_empty")).hasSize(2).allMatch(speed -> speed.asDouble() > 0);
        assertThat(compression.get("decode_ratio").asDouble()).isPositive();
        assertThat(compression.get("bytes").asLong()).isPositive();
        assertThat(compression.get("state_share").asDouble())
                .isGreaterThan(compression.get("keys_values_share").asDouble());
        assertThat(compression.get("resident")).hasSize(3).allMatch(bytes -> bytes.asLong() > 0);
        JsonNode sums = compression.get("column_sum_share");
        assertThat(json.get("compression_share").get("decode").asDouble())
                .isGreaterThan(sums.get("decode").asDouble());
        assertThat(sums.get("prefill").asDouble()).isPositive();
    }

    @Test
    void comparesTheTwoFormsOfTheAllReduce() {
        TestConsole.Result result = run("--crossover-table --repetitions 3 --nodes 2 --threads 1 --warm-up 0 --json");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = Json.parse(result.out(), "result");
        assertThat(json.get("nodes").asInt()).isEqualTo(2);
        assertThat(json.get("rows")).extracting(row -> row.get("rows").asInt()).containsExactly(1, 2, 4, 8, 16, 32);
        assertThat(json.get("rows"))
                .allSatisfy(row -> assertThat(row.get("whole_ms").asDouble()).isPositive())
                .allSatisfy(row -> assertThat(row.get("halves_ms").asDouble()).isPositive());
        assertThat(json.has("crossover_rows")).isTrue();
    }

    @Test
    void theCrossoverIsWhereHalvesAreFasterToTheEnd() {
        CrossoverResult result = CrossoverResult.of(
                "tiny", 3, Map.of(1, 1.0, 2, 2.0, 4, 4.0, 8, 8.0), Map.of(1, 0.5, 2, 3.0, 4, 3.5, 8, 6.0));

        assertThat(result.crossoverRows()).isEqualTo(4);
        assertThat(result.table()).contains("--crossover 4");
        assertThat(CrossoverResult.of("tiny", 2, Map.of(1, 1.0), Map.of(1, 1.0)).table())
                .contains("no crossover");
    }

    @Test
    void aPersonSeesATable() {
        TestConsole.Result result = run("--prompt 0 --generate 2 --repetitions 1 --sequences 2");

        assertThat(result.out())
                .contains("decode 2 × 2", "GB/s of weights", "2 sequences together decode")
                .doesNotContain("prefill");
        assertThat(result.err()).isEmpty();
    }

    @Test
    void sequencesShareTheirStepsAndAreComparedWithOne() {
        TestConsole.Result result =
                run("--prompt 6 --generate 4 --depth 5 --repetitions 2 --sequences 20 --threads 1 --json");
        TestConsole.Result one = run("--prompt 6 --generate 4 --depth 5 --repetitions 2 --threads 1 --json");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = Json.parse(result.out(), "result");
        assertThat(json.get("decode")).hasSize(2);
        assertThat(json.get("decode_single")).hasSize(2);
        assertThat(Json.parse(one.out(), "result").get("decode_single")).isEmpty();
    }

    @Test
    void moreSequencesThanAreUsualRunOnNodesToo() {
        TestConsole.Result result =
                run("--prompt 0 --generate 2 --repetitions 1 --sequences 100 --nodes 2 --threads 1 --warm-up 0 --json");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.DONE);
        assertThat(Json.parse(result.out(), "result").get("decode")).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({
        "--prompt 0 --generate 0, nothing to measure",
        "--prompt -1, give 0 or more",
        "--repetitions 0, give at least 1",
        "--resident --kv-policy snapkv, give --depth",
        "--resident --depth 64, give --kv-policy",
        "--resident --depth 64 --kv-policy snapkv --arrival 512, without --join",
        "--sequences 2000, give at most 1024",
        "--crossover-table, give --nodes of 2 or more",
        "--crossover-table --nodes 2 --crossover 4, leave --crossover out",
        "--depth 60 --prompt 10 --generate 1, exceed the context of 64"
    })
    void badPlansAreOneLine(String arguments, String message) {
        TestConsole.Result result = run(arguments);

        assertThat(result.exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err().lines()).singleElement().asString().contains(message);
    }

    @Test
    void theWorstGapIsComparedWithItsOwnSequencesMedian() {
        List<Long> even = List.of(0L, 10L, 20L, 30L, 80L);
        List<Long> slow = List.of(0L, 30L, 60L, 90L, 180L);

        ArrivalResult result = ArrivalResult.of(7, List.of(slow, even), 2_000_000);

        assertThat(result.ratio()).isEqualTo(5);
        assertThat(result.worstGapMs()).isEqualTo(50 / 1e6);
        assertThat(result.promptMs()).isEqualTo(2);
    }

    @Test
    void anArrivingPromptIsMeasuredAgainstThoseThatDecode() {
        TestConsole.Result result = run("--arrival 40 --threads 1 --json");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.DONE);
        JsonNode json = Json.parse(result.out(), "result");
        assertThat(json.get("prompt").asInt()).isEqualTo(40);
        assertThat(json.get("worst_gap_ms").asDouble())
                .isGreaterThanOrEqualTo(json.get("median_gap_ms").asDouble());
        assertThat(run("--arrival 3").exitCode()).isEqualTo(ExitCode.USAGE);
        assertThat(run("--arrival 64").err()).contains("give fewer than the context of 64");
    }

    @Test
    void theDeviationIsThatOfASample() {
        assertThat(BenchResult.mean(List.of(1.0, 2.0, 3.0))).isEqualTo(2);
        assertThat(BenchResult.deviation(List.of(1.0, 2.0, 3.0))).isEqualTo(1);
        assertThat(BenchResult.deviation(List.of(5.0))).isZero();
    }

    private TestConsole.Result run(String arguments) {
        List<String> all = new ArrayList<>(List.of("bench", "-m", "tiny.gguf"));
        all.addAll(List.of(arguments.split(" ", -1)));
        return new TestConsole(directory).run(all.toArray(String[]::new));
    }
}
