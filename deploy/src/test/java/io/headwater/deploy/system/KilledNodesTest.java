/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.ExitCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Processes of {@code generate --nodes N} that end in the middle of an answer; all pairs of transport, signal and role: evaluation/kills. */
@Timeout(600)
final class KilledNodesTest {
    private static final int SOME = ClusterModel.ANSWER / 8;
    private static final Duration SECONDS = Duration.ofSeconds(10);

    @RegisterExtension
    private final TestPrograms programs = new TestPrograms();

    @ParameterizedTest
    @CsvSource({
        "udp, STOP, true, KILL, '--kv-policy ems:tau=0.1,gamma=2 --kv-budget 40 --kv-interval 16'",
        "ipc, KILL, false, STOP, --kv-policy none"
    })
    void anAnswerThatLosesTwoNodesIsCompletedAsIfNothingHadHappened(
            String transport, String first, boolean leader, String second, String cache) {
        Path model = ClusterModel.write(programs.directory());
        String[] alone = cache.split(" ", -1);
        String[] onThree = {"--nodes", "3", "--transport", transport, "--http", "0"};
        JsonNode expected = ClusterModel.answer(ClusterModel.generate(model, alone));
        Program command = programs.start(
                "command",
                ClusterModel.generate(
                        model, Stream.of(onThree, alone).flatMap(Stream::of).toArray(String[]::new)));
        ClusterState state = new ClusterState(command.awaitSaidAtTheEnd("--server"));
        state.awaitServing(3);

        command.awaitLines(SOME);
        Program.signal(first, state.pid(leader));
        Duration pause = command.awaitPause(first + " over " + transport);
        JsonNode of2 = state.awaitServing(2);
        Program.signal(second, state.pid(!leader));
        Duration another = command.awaitPause(second + " over " + transport);

        JsonNode answer = command.awaitAnswer();
        ClusterModel.same(answer, expected);
        assertThat(answer.path("kv").path("compressions"))
                .isEqualTo(expected.path("kv").path("compressions"));
        assertThat(sum(expected.path("kv").path("represented"))
                        > sum(expected.path("kv").path("entries")))
                .as("tokens are merged: " + expected.path("kv"))
                .isEqualTo(cache.contains("ems"));
        assertThat(of2.path("epoch").asInt()).isGreaterThan(1);
        assertThat(answer.path("epoch").asInt()).isGreaterThan(of2.path("epoch").asInt());
        assertThat(answer.path("nodes").asInt()).as(command::story).isEqualTo(1);
        assertThat(List.of(pause, another))
                .allMatch(each -> each.compareTo(Duration.ofMillis(50)) > 0)
                .allMatch(each -> each.compareTo(SECONDS) < 0);
    }

    private static int sum(JsonNode layers) {
        int sum = 0;
        for (JsonNode layer : layers) {
            for (JsonNode head : layer) {
                sum += head.asInt();
            }
        }
        return sum;
    }

    @Test
    void noProcessIsLeftWhenTheParentIsKilled() {
        Path model = ClusterModel.write(programs.directory());
        Program command = programs.start("command", ClusterModel.generate(model, "--nodes", "2"));
        command.awaitLines(SOME);
        List<ProcessHandle> children = command.children();
        assertThat(children).hasSize(2);

        command.kill();

        awaitGone(children);
    }

    @Test
    void noProcessIsLeftAfterCtrlC() {
        Path model = ClusterModel.write(programs.directory());
        Program command = programs.start("command", ClusterModel.generate(model, "--nodes", "2"));
        command.awaitLines(SOME);
        List<ProcessHandle> children = command.children();

        command.interruptAll();

        assertThat(command.awaitEnd(SECONDS)).as(command::story).isEqualTo(ExitCode.INTERRUPTED);
        awaitGone(children);
        assertThat(command.out()).contains("\"finish_reason\":\"cancelled\"");
    }

    @Test
    void noProcessIsLeftAfterCtrlCWhileTheClusterStarts() {
        Path model = ClusterModel.write(programs.directory());
        Program command = programs.start("command", ClusterModel.generate(model, "--nodes", "2"));
        Awaitility.await("the nodes are started")
                .atMost(Duration.ofMinutes(1))
                .until(() -> command.children().size() == 2);
        List<ProcessHandle> children = command.children();

        Program.signal("INT", command.pid());

        assertThat(command.awaitEnd(SECONDS)).as(command::story).isEqualTo(ExitCode.INTERRUPTED);
        awaitGone(children);
        assertThat(command.out()).isEmpty();
        assertThat(command.said()).as(command::story).last().asString().endsWith("interrupted");
    }

    @Test
    void aCommandWhoseNodesAreAllDeadEndsAtOnceWithALine() {
        Path model = ClusterModel.write(programs.directory());
        Program command = programs.start("command", ClusterModel.generate(model, "-q", "--nodes", "2"));
        command.awaitLines(SOME);

        command.children().forEach(child -> Program.signal("KILL", child.pid()));

        assertThat(command.awaitEnd(SECONDS)).as(command::story).isEqualTo(ExitCode.UNAVAILABLE);
        assertThat(command.said()).as(command::story).hasSize(1);
    }

    private static void awaitGone(List<ProcessHandle> processes) {
        Awaitility.await("all of " + processes + " are gone")
                .atMost(SECONDS)
                .until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }
}
