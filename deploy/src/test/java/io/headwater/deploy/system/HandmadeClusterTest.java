/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.TestConsole;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Nodes that come and go, each started by hand: never more than three at a time, and one after the other, for slow machines. */
@Timeout(600)
final class HandmadeClusterTest {
    @RegisterExtension
    private final TestPrograms programs = new TestPrograms();

    /** So long that a node that leaves at the beginning of an answer is gone before its end. */
    private static final int LONG_ANSWER = 8000;

    /** It goes on beyond the context. */
    private static final String[] ENDLESS = {"--kv-policy", "streaming-llm", "--kv-budget", "64"};

    @Test
    void nodesJoinAndLeaveWhileCommandsGetTheSameAnswers() {
        Path model = ClusterModel.write(programs.directory());
        JsonNode expected = ClusterModel.answer(ClusterModel.generate(model));
        TestCluster cluster = new TestCluster(programs, model, 1);
        cluster.awaitServing(1);
        Program command = cluster.generate("while-one-joins");
        command.awaitLines(1);

        Program second = cluster.add();
        ClusterModel.same(command.awaitAnswer(), expected);
        JsonNode two = cluster.awaitServing(2);
        JsonNode longer = ClusterModel.answer(ClusterModel.generate(model, LONG_ANSWER, ENDLESS));
        Program another = cluster.generate("while-one-leaves", LONG_ANSWER, ENDLESS);
        another.awaitLines(1);
        second.terminate();

        assertThat(second.awaitEnd()).as(second::story).isEqualTo(ExitCode.DONE);
        JsonNode across = another.awaitAnswer();
        ClusterModel.same(across, longer);
        assertThat(across.path("epoch").asInt())
                .as("the answer went on without the node that left")
                .isGreaterThan(two.path("epoch").asInt());
        assertThat(across.path("nodes").asInt()).isEqualTo(1);
        JsonNode one = cluster.awaitServing(1);
        assertThat(one.path("epoch").asInt()).isGreaterThan(two.path("epoch").asInt());
        ClusterModel.same(cluster.generate("after-one-has-left").awaitAnswer(), expected);
    }

    @Test
    void aNodeThatStandsByTakesOverAndTheOneThatStoodStillEnds() {
        Path model = ClusterModel.writeForOneNode(programs.directory());
        JsonNode expected = ClusterModel.answer(ClusterModel.generate(model));
        TestCluster cluster = new TestCluster(programs, model, 1);
        cluster.awaitServing(1);
        cluster.add();
        cluster.state().awaitStandby(1);
        statusNamesBothNodes(cluster);
        Program command = cluster.generate("command");
        command.awaitLines(ClusterModel.ANSWER / 8);

        cluster.node(2).stop();

        ClusterModel.same(command.awaitAnswer(), expected);
        cluster.node(2).resume();
        assertThat(cluster.node(2).awaitEnd()).as(cluster.node(2)::story).isEqualTo(ExitCode.UNAVAILABLE);
        cluster.awaitServing(1);
        Program last = cluster.generate("of-nobody");
        last.awaitLines(ClusterModel.ANSWER / 8);
        cluster.node(3).kill();
        assertThat(last.awaitEnd()).as(last::story).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(last.said()).as(last::story).hasSize(1);
    }

    private void statusNamesBothNodes(TestCluster cluster) {
        TestConsole console = new TestConsole(programs.directory());
        JsonNode status = Json.parse(
                console.run("status", "--server", cluster.url(), "--json").out(), "status");

        assertThat(status.fieldNames())
                .toIterable()
                .containsExactlyInAnyOrder(
                        "epoch",
                        "state",
                        "reason",
                        "nodes",
                        "members",
                        "sessions",
                        "exchange",
                        "tokens_per_second",
                        "dropped");
        assertThat(status.path("members")).hasSize(3);
        assertThat(status.path("nodes")).hasSize(2);
        JsonNode serving = cluster.state().node(status, "serving");
        JsonNode standby = cluster.state().node(status, "standby");
        assertThat(serving.path("pid").asLong()).isEqualTo(cluster.node(2).pid());
        assertThat(serving.path("leader").asBoolean()).isTrue();
        assertThat(serving.path("head_groups").toString()).isEqualTo("[0]");
        assertThat(List.of("ffn_units", "vocabulary_units", "roles"))
                .allSatisfy(field -> assertThat(serving.path(field)).isNotEmpty());
        assertThat(List.of("vocabulary_rows", "weight_bytes", "kv_limit_bytes", "memory_bytes", "threads", "capacity"))
                .allSatisfy(field ->
                        assertThat(serving.path(field).asDouble()).as(field).isPositive());
        assertThat(serving.path("exchange").fieldNames()).toIterable().containsExactly("p50_us", "p99_us");
        assertThat(standby.path("pid").asLong()).isEqualTo(cluster.node(3).pid());
        assertThat(standby.path("head_groups")).isEmpty();
        assertThat(console.run("status", "--server", cluster.url()).out()).contains("standby", "serving");
    }

    @Test
    void aNodeTellsScriptsWhereItIs() {
        Path model = ClusterModel.write(programs.directory());
        Program node = programs.start(
                "node", List.of("node", "-m", model.toString(), "--roles", "gateway", "--http", "0", "--json"));
        node.awaitLines(1);

        JsonNode where = Json.parse(node.out(), "node");

        assertThat(where.path("address").asText()).startsWith("127.0.0.1:");
        assertThat(new ClusterState(where.path("status").asText()).now().path("members"))
                .singleElement()
                .isEqualTo(where.path("address"));
        node.terminate();
        assertThat(node.awaitEnd()).as(node::story).isEqualTo(ExitCode.DONE);
    }

    @Test
    void joiningWhereNobodyListensEndsWithALine() {
        Path model = ClusterModel.write(programs.directory());
        Program node = programs.start(
                "node", List.of("node", "-m", model.toString(), "--threads", "1", "--join", "127.0.0.1:1"));

        TestConsole.Result result = new TestConsole(programs.directory())
                .run(ClusterModel.generate(model, "--join", "127.0.0.1:1").toArray(String[]::new));

        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(result.err().lines().filter(line -> line.contains("127.0.0.1:1")))
                .isNotEmpty();
        assertThat(node.awaitEnd()).as(node::story).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(node.err())
                .contains(
                        "joining the cluster at 127.0.0.1:1 as 127.0.0.1:", "--join 127.0.0.1:1: no node of a cluster")
                .doesNotContain("is up");
    }
}
