/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** With shells in place of nodes: what counts is how a process is read and ended. */
@Timeout(60)
final class NodeProcessTest {
    @TempDir
    private Path directory;

    @Test
    void readsTheAddressFromTheFirstLineAndKeepsTheLastWords() throws Exception {
        try (NodeProcess node = start("echo 127.0.0.1:4711; echo broken >&2; exit 3")) {
            assertThat(node.ended().get(10, TimeUnit.SECONDS)).isEqualTo(3);

            assertThat(node.address()).contains("127.0.0.1:4711");
            assertThat(node.lastWords()).contains("broken");
        }
    }

    @Test
    void keepsOnlyTheEndOfALongStory() throws Exception {
        try (NodeProcess node = start("for i in $(seq 1 5000); do echo line $i >&2; done; exit 1")) {
            node.ended().get(10, TimeUnit.SECONDS);

            assertThat(node.lastWords()).hasSize(200).last().isEqualTo("line 5000");
        }
    }

    @Test
    void endsAProcessThatListensToItsInput() throws IOException {
        NodeProcess node = start("echo ready; cat >/dev/null; exit 0");
        Awaitility.await().until(() -> node.address().isPresent());

        node.close();

        assertThat(node.isAlive()).isFalse();
    }

    @Test
    void endsAProcessThatDoesNotListen() throws IOException {
        NodeProcess node = start("trap '' TERM; echo ready; while true; do sleep 1; done");
        Awaitility.await().until(() -> node.address().isPresent());

        node.close();

        assertThat(node.isAlive()).isFalse();
    }

    @Test
    void endsAProcessThatStandsStill() throws IOException {
        NodeProcess node = start("echo ready; kill -STOP $$; cat >/dev/null");
        Awaitility.await().until(() -> node.address().isPresent());

        node.close();

        assertThat(node.isAlive()).isFalse();
    }

    private NodeProcess start(String script) throws IOException {
        return NodeProcess.start("node", directory, List.of("bash", "-c", script), _ -> {});
    }
}
