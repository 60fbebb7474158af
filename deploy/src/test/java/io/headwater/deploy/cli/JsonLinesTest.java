/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.LoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.slf4j.event.KeyValuePair;

final class JsonLinesTest {
    private final Logger logger = new LoggerContext().getLogger("io.headwater.some.Place");

    @Test
    void anEventIsOneLineWhateverIsInIt() {
        LoggingEvent event = new LoggingEvent(
                "", logger, Level.WARN, "two\nlines and a \"{}\"", new IllegalStateException("because"), new Object[] {
                    "word"
                });
        event.setKeyValuePairs(List.of(new KeyValuePair("status", 404), new KeyValuePair("path", "/x\ny")));

        String line = new String(new JsonLines().encode(event), StandardCharsets.UTF_8);

        assertThat(line).endsWith("\n");
        assertThat(line.strip().lines()).hasSize(1);
        JsonNode read = Json.parse(line, "the line");
        assertThat(read.path("time").asText()).matches("\\d{4}-\\d\\d-\\d\\dT.*Z");
        assertThat(read.path("level").asText()).isEqualTo("WARN");
        assertThat(read.path("logger").asText()).isEqualTo("io.headwater.some.Place");
        assertThat(read.path("message").asText()).isEqualTo("two\nlines and a \"word\"");
        assertThat(read.path("status").asInt()).isEqualTo(404);
        assertThat(read.path("path").asText()).isEqualTo("/x\ny");
        assertThat(read.path("error").asText()).contains("because", "JsonLinesTest");
    }
}
