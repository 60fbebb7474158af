/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.policies;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyDescription;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.TestConsole;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class PoliciesCommandTest {
    @TempDir
    private Path directory;

    @Test
    void everyPolicyIsListedWithItsOptionsAndWhereItComesFrom() {
        TestConsole.Result result = new TestConsole(directory).run("policies", "--json");

        assertThat(result.exitCode()).isEqualTo(ExitCode.DONE);
        JsonNode list = Json.parse(result.out(), "policies");
        assertThat(list).hasSameSizeAs(KvPolicy.known());
        for (JsonNode policy : list) {
            assertThat(policy.get("source").isTextual()).isTrue();
            assertThat(policy.get("evidence").asText()).isNotEmpty();
            assertThat(policy.get("options").isObject()).isTrue();
        }
    }

    @Test
    void peopleReadNamesOptionsAndDefaults() {
        TestConsole.Result result = new TestConsole(directory).run("policies");

        for (PolicyDescription policy : KvPolicy.known()) {
            assertThat(result.out()).contains(policy.name() + ": " + policy.summary());
            policy.options()
                    .forEach(option -> assertThat(result.out()).contains(option.name() + "=" + option.byDefault()));
        }
    }
}
