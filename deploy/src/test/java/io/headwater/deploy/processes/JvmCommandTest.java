/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.processes;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

final class JvmCommandTest {
    @Test
    void takesTheFlagsThatAreForEveryProcess() {
        List<String> flags = List.of(
                "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                "-XX:AOTCache=/x/headwater.aot",
                "-Xmx2g",
                "-Dheadwater.stderr.terminal=true",
                "-agentlib:jdwp=transport=dt_socket,address=5005",
                "-javaagent:/x/agent.jar",
                "-XX:AOTCacheOutput=/x/new.aot",
                "-XX:+UseG1GC");

        List<String> command = JvmCommand.of("/jdk/bin/java", flags, "/a.jar:/b.jar", List.of("node", "--join", "h:1"));

        assertThat(command)
                .containsExactly(
                        "/jdk/bin/java",
                        "--add-exports=java.base/jdk.internal.misc=ALL-UNNAMED",
                        "-XX:AOTCache=/x/headwater.aot",
                        "-Xmx2g",
                        "-XX:+UseSerialGC",
                        "-cp",
                        "/a.jar:/b.jar",
                        "io.headwater.deploy.Main",
                        "node",
                        "--join",
                        "h:1");
    }

    @Test
    void namesTheCollectorOnce() {
        List<String> command = JvmCommand.of("java", List.of("-XX:+UseSerialGC"), "a", List.of());

        assertThat(command).containsOnlyOnce("-XX:+UseSerialGC");
    }
}
