/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.TestConsole;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nodes that come and go, each started by hand. */
@Timeout(180)
final class HandmadeClusterTest {
    @RegisterExtension
    private final TestPrograms programs = new TestPrograms();

    @Test
    void nodesJoinAndLeaveWhileCommandsGetTheSameAnswers() {
        Path model = ClusterModel.write(programs.directory());
        JsonNode expected =
                programs.start("alone", ClusterModel.generate(model)).awaitAnswer();
        TestCluster cluster = new TestCluster(programs, model, 1);
        cluster.awaitServing(1);
        same(cluster.generate("of-one").awaitAnswer(), expected);

        Program second = cluster.add();
        JsonNode two = cluster.awaitServing(2);
        same(cluster.generate("of-two").awaitAnswer(), expected);

        second.terminate();

        assertThat(second.awaitEnd()).as(second::story).isEqualTo(ExitCode.DONE);
        JsonNode one = cluster.awaitServing(1);
        assertThat(one.path("epoch").asInt()).isGreaterThan(two.path("epoch").asInt());
        same(cluster.generate("of-one-again").awaitAnswer(), expected);
    }

    @Test
    void aNodeThatLeavesInMidAnswerIsDrainedAndTheAnswerGoesOn() {
        Path model = ClusterModel.write(programs.directory());
        JsonNode expected =
                programs.start("alone", ClusterModel.generate(model)).awaitAnswer();
        TestCluster cluster = new TestCluster(programs, model, 2);
        cluster.awaitServing(2);
        Program command = cluster.generate("command");
        command.awaitLines(ClusterModel.ANSWER / 4);

        cluster.node(3).terminate();

        assertThat(cluster.node(3).awaitEnd()).as(cluster.node(3)::story).isEqualTo(ExitCode.DONE);
        same(command.awaitAnswer(), expected);
    }

    @Test
    void aNodeThatWasStoppedEndsWhenItIsResumed() {
        Path model = ClusterModel.write(programs.directory());
        TestCluster cluster = new TestCluster(programs, model, 2);
        cluster.awaitServing(2);

        cluster.node(3).stop();
        cluster.awaitServing(1);
        cluster.node(3).resume();

        assertThat(cluster.node(3).awaitEnd()).as(cluster.node(3)::story).isEqualTo(ExitCode.UNAVAILABLE);
    }

    @Test
    void moreNodesThanKvHeadsStandByAndStatusSaysSo() {
        Path model = ClusterModel.write(programs.directory());
        TestCluster cluster = new TestCluster(programs, model, 4);
        cluster.awaitServing(3);
        cluster.state().awaitStandby(1);

        TestConsole console = new TestConsole(programs.directory());
        JsonNode status = Json.parse(
                console.run("status", "--server", cluster.url(), "--json").out(), "status");

        assertThat(status.path("nodes")).hasSize(4);
        assertThat(console.run("status", "--server", cluster.url()).out()).contains("standby");
    }

    @Test
    void joiningWhereNobodyListensEndsWithALine() {
        Path model = ClusterModel.write(programs.directory());

        Program command = programs.start("command", ClusterModel.generate(model, "--join", "127.0.0.1:1"));

        assertThat(command.awaitEnd(Duration.ofSeconds(60))).as(command::story).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(command.err().lines().filter(line -> line.contains("127.0.0.1:1")))
                .isNotEmpty();
    }

    private static void same(JsonNode answer, JsonNode expected) {
        assertThat(answer.path("tokens")).isEqualTo(expected.path("tokens"));
        assertThat(answer.path("logprobs")).isEqualTo(expected.path("logprobs"));
    }
}
