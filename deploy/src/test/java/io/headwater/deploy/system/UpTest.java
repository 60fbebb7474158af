/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.deploy.cli.ExitCode;
import io.headwater.testing.TinyModel;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/** {@code headwater up}, but for the model's way here, which {@code ModelStoreTest} tests. */
@Timeout(300)
final class UpTest {
    @RegisterExtension
    private final TestPrograms programs = new TestPrograms();

    @Test
    void oneCommandStreamsAnAnswerFromTwoNodesAndThenServesThePage() throws Exception {
        Path model = TinyModel.create().heads(6, 3).contextLength(512).write(programs.directory());

        Program up = programs.start(
                "up", List.of("up", "-m", model.toString(), "--port", "0", "--threads", "1", "--warm-up", "0"));
        String url = up.awaitSaidAtTheEnd("listening on ");
        Awaitility.await().atMost(Duration.ofMinutes(2)).until(() -> up.out().contains("Ctrl-C") || !up.isAlive());

        assertThat(up.out()).as(up::story).startsWith("> ").contains("chat:  " + url + "/\n", "curl -N " + url);
        assertThat(up.out()
                        .substring(up.out().indexOf('\n'), up.out().indexOf("chat:"))
                        .strip())
                .as("the answer")
                .hasSizeGreaterThan(20);
        try (HttpClient http = HttpClient.newHttpClient()) {
            HttpResponse<String> page =
                    http.send(HttpRequest.newBuilder(URI.create(url + "/")).build(), BodyHandlers.ofString());
            assertThat(page.statusCode()).isEqualTo(200);
            assertThat(page.headers().firstValue("Content-Type").orElse("")).startsWith("text/html");
            assertThat(page.headers().firstValue("Content-Security-Policy").orElse(""))
                    .contains("connect-src 'self'");
            assertThat(page.body())
                    .contains("<title>Headwater</title>")
                    .doesNotContain("http://", "https://", "src=\"//");
            HttpResponse<String> cluster = http.send(
                    HttpRequest.newBuilder(URI.create(url + "/v1/cluster")).build(), BodyHandlers.ofString());
            assertThat(cluster.body())
                    .contains("\"state\":\"serving\"")
                    .containsPattern("\"leader\":true.*\"leader\":false|\"leader\":false.*\"leader\":true");
        }
        up.terminate();
        assertThat(up.awaitEnd()).as(up::story).isEqualTo(ExitCode.DONE);
    }
}
