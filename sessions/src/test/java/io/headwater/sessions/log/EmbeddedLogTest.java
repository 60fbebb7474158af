/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import static io.headwater.sessions.log.SampleEvents.append;
import static io.headwater.sessions.log.SampleEvents.asked;
import static io.headwater.sessions.log.SampleEvents.get;
import static io.headwater.sessions.log.SampleEvents.opened;
import static io.headwater.sessions.log.SampleEvents.sampled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only the embedded database can do. */
final class EmbeddedLogTest {
    @TempDir
    private Path directory;

    @Test
    void oneServerAtATimeUsesADirectory() throws Exception {
        try (TokenLog log = TokenLog.embedded(directory)) {
            assertThatThrownBy(() -> TokenLog.embedded(directory))
                    .isInstanceOf(LogException.class)
                    .hasMessageContaining("another server uses the data directory");
            assertThat(log.writer().problem()).isEmpty();
        }

        TokenLog.embedded(directory).close();
    }

    @Test
    void aFullDiskIsSaidAndNothingIsMissingWhenThereIsRoom() throws Exception {
        Path file = directory.resolve("full.sqlite").toAbsolutePath();
        AtomicInteger pages = new AtomicInteger(16);
        Connections small = () ->
                DriverManager.getConnection("jdbc:sqlite:" + file + "?journal_mode=WAL&max_page_count=" + pages.get());
        try (TokenLog log = TokenLog.open(small, "the test's log")) {
            get(log.writer().write(append(0, opened(), asked(1))));
            List<SessionEvent> many = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                many.add(sampled(i));
            }
            CompletableFuture<Void> written = log.writer()
                    .write(append(2, many.toArray(SessionEvent[]::new)))
                    .toCompletableFuture();
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> log.writer().problem().contains("full"));
            assertThat(written).isNotDone();

            pages.set(100_000);

            get(written);
            assertThat(get(log.reader().events("s"))).hasSize(502);
        }
    }
}
