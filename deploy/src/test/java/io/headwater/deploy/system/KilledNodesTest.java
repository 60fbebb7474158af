/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.ExitCode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.StreamSupport;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Processes of {@code generate --nodes N} that end in the middle of an answer. */
@Timeout(120)
final class KilledNodesTest {
    private static final int MIDDLE = ClusterModel.ANSWER / 4;
    private static final Duration SECONDS = Duration.ofSeconds(5);

    @RegisterExtension
    private final TestPrograms programs = new TestPrograms();

    @ParameterizedTest
    @CsvSource({"KILL, true, ipc", "STOP, true, udp", "KILL, false, udp", "STOP, false, ipc"})
    void anAnswerIsCompletedAsIfNothingHadHappened(String signal, boolean leader, String transport) {
        Path model = ClusterModel.write(programs.directory());
        Program undisturbed = programs.start("undisturbed", ClusterModel.generate(model));
        JsonNode expected = undisturbed.awaitAnswer();
        Program command = programs.start(
                "command", ClusterModel.generate(model, "--nodes", "3", "--transport", transport, "--http", "0"));
        String said = command.awaitSaid("--server");
        ClusterState state = new ClusterState(said.substring(said.lastIndexOf(' ') + 1));
        state.awaitServing(3);
        command.awaitLines(MIDDLE);

        Program.signal(signal, pid(state.now(), leader));

        JsonNode answer = command.awaitAnswer();
        assertThat(answer.path("nodes").asInt()).as(command::story).isEqualTo(2);
        assertThat(answer.path("epoch").asInt()).isGreaterThan(1);
        assertThat(answer.path("tokens")).isEqualTo(expected.path("tokens"));
        assertThat(answer.path("logprobs")).isEqualTo(expected.path("logprobs"));
    }

    private static long pid(JsonNode status, boolean leader) {
        return StreamSupport.stream(status.path("nodes").spliterator(), false)
                .filter(node -> node.path("leader").asBoolean() == leader)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no such node: " + status))
                .path("pid")
                .asLong();
    }

    @Test
    void noProcessIsLeftWhenTheParentIsKilled() {
        Path model = ClusterModel.write(programs.directory());
        Program command = programs.start("command", ClusterModel.generate(model, "--nodes", "2"));
        command.awaitLines(MIDDLE);
        List<ProcessHandle> children = command.children();
        assertThat(children).hasSize(2);

        command.kill();

        awaitGone(children);
    }

    @Test
    void noProcessIsLeftAfterCtrlC() {
        Path model = ClusterModel.write(programs.directory());
        Program command = programs.start("command", ClusterModel.generate(model, "--nodes", "2"));
        command.awaitLines(MIDDLE);
        List<ProcessHandle> children = command.children();

        command.interruptAll();

        assertThat(command.awaitEnd(SECONDS)).as(command::story).isEqualTo(ExitCode.INTERRUPTED);
        awaitGone(children);
        assertThat(command.out()).contains("\"finish_reason\":\"cancelled\"");
    }

    private static void awaitGone(List<ProcessHandle> processes) {
        Awaitility.await("all of " + processes + " are gone")
                .atMost(SECONDS)
                .until(() -> processes.stream().noneMatch(ProcessHandle::isAlive));
    }
}
