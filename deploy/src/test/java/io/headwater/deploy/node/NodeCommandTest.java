/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.TestConsole;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class NodeCommandTest {
    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--expect -1 | --expect -1: give at least 1",
                "--nodes-on-host 0 | --nodes-on-host 0: give at least 1",
                "--port 70000 | --port 70000: give an address, and a port of 0",
                "--bind 0.0.0.0 | --bind 0.0.0.0: give the address at which the other hosts reach this one",
                "--roles shard --http 8081 | --http 8081: only gateways tell the state",
                "--http x | --http x: the port is no number",
                "--mtu 1000 | --mtu 1000: expected a multiple of 32 from 1024 to 65504",
                "--term-length 100000 | --term-length 100000: expected a power of two",
                "--transport tcp | 'tcp'",
                "--survivors both | 'both' is none of majority and oldest",
                "--roles leader | --roles leader: give shard, gateway",
                "--capacity 1,2 | this is one, give one number",
                "--prefix-caches -1 | --prefix-caches -1: give at least 0",
                "--kv-snapshots much | --kv-snapshots much: give bytes",
                "--roles gateway --data kept | --data kept: only shards have caches",
            })
    void whatCannotBeIsOneLineAndExitCodeTwo(String arguments, String message) throws IOException {
        TinyModel.create().write(directory);
        List<String> words = new ArrayList<>(List.of("node", "-m", "tiny.gguf", "--threads", "1"));
        words.addAll(List.of(arguments.split(" ", -1)));

        TestConsole.Result result = new TestConsole(directory).run(words.toArray(String[]::new));

        assertThat(result.exitCode()).as(result.err()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err().lines())
                .singleElement()
                .asString()
                .contains(message)
                .doesNotContain("ipcMtu", "termLength=");
    }

    @Test
    void modesAreWrittenInAnyCase() throws IOException {
        TinyModel.create().write(directory);

        TestConsole.Result result = new TestConsole(directory)
                .run("node", "-m", "tiny.gguf", "--driver-threading", "dedicated", "--idle", "Spin", "--expect", "0");

        assertThat(result.err()).contains("--expect 0").doesNotContain("dedicated");
    }
}
