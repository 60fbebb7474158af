/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import static io.headwater.sessions.log.SampleEvents.append;
import static io.headwater.sessions.log.SampleEvents.asked;
import static io.headwater.sessions.log.SampleEvents.get;
import static io.headwater.sessions.log.SampleEvents.opened;
import static io.headwater.sessions.log.SampleEvents.sampled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.testing.PostgresServer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What only a server of its own can do: be wrong, be away, be lost and come back. */
final class PostgresLogTest {
    private static final Duration LEASE = Duration.ofSeconds(5);
    private final PostgresServer server = PostgresServer.require();

    @TempDir
    private Path directory;

    private TokenLog open(String url, Optional<String> password) throws LogException {
        return TokenLog.shared(PostgresDatabase.at(url, password), LEASE, directory);
    }

    @Test
    void aServerThatCrashesAndComesBackHasEveryTokenOnce() throws Exception {
        try (TokenLog log = open(server.newSchema(), Optional.of(PostgresServer.PASSWORD))) {
            get(log.writer().write(append(0, opened(), asked(1))));
            assertThat(get(log.reader().events("s"))).hasSize(2); // leaves a connection for the next read
            List<CompletableFuture<Void>> written = new ArrayList<>();
            for (int i = 0; i < 200; i++) {
                written.add(log.writer().write(append(2 + i, sampled(i))).toCompletableFuture());
            }

            server.crash();

            written.add(log.writer().write(append(202, sampled(200))).toCompletableFuture());
            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> !log.writer().problem().isEmpty());
            assertThat(written.getLast()).isNotDone();
            server.start();
            written.forEach(SampleEvents::get);
            assertThat(log.writer().problem()).isEmpty();
            assertThat(get(log.reader().told("s", -1, 1000)))
                    .extracting(Told::offset)
                    .hasSize(201)
                    .isSorted()
                    .doesNotHaveDuplicates();
        }
    }

    @Test
    void whatIsNoUrlOfPostgresqlIsRefusedWithoutRepeatingIt() {
        for (String url : List.of(
                "postgres.example",
                "jdbc:sqlite:x",
                "jdbc:postgresql://u:secret@host:x/db",
                "jdbc:postgresql://u:secret@host:5432/db",
                "jdbc:postgresql://u:secret@host:5432/db?user=u")) {
            assertThatThrownBy(() -> open(url, Optional.empty()))
                    .isInstanceOf(LogException.class)
                    .hasMessageContaining("give one as jdbc:postgresql://HOST:5432/NAME?user=USER")
                    .hasMessageNotContaining("secret");
        }
    }

    @Test
    void aWrongPasswordOrNoneIsSaidWithWhereToGiveIt() {
        String url = server.newSchema();
        for (Optional<String> password : List.of(Optional.of("wrong"), Optional.<String>empty())) {
            assertThatThrownBy(() -> open(url, password))
                    .isInstanceOf(LogException.class)
                    .hasMessageMatching(
                            "the token log in jdbc:postgresql://127.0.0.1:\\d+/postgres cannot be opened: .*password.*"
                                    + " \\(the password comes from HEADWATER_DATABASE_PASSWORD\\)");
        }
    }

    @Test
    void aServerThatIsNotThereOrHasNoSuchDatabaseIsSaidInOneLine() {
        assertThatThrownBy(() -> open("jdbc:postgresql://127.0.0.1:1/x?user=u", Optional.empty()))
                .isInstanceOf(LogException.class)
                .hasMessageMatching(
                        "the token log in jdbc:postgresql://127.0.0.1:1/x cannot be opened: Connection to .* refused.*");
        String url = server.newSchema().replace("/postgres?", "/another?");
        assertThatThrownBy(() -> open(url, Optional.of(PostgresServer.PASSWORD)))
                .isInstanceOf(LogException.class)
                .hasMessageMatching(".*database \"another\" does not exist.*");
    }

    @Test
    void serversThatBeginAtOnceMakeTheTablesOnce() throws Exception {
        PostgresDatabase database = PostgresDatabase.at(server.newSchema(), Optional.of(PostgresServer.PASSWORD));
        List<CompletableFuture<Void>> begun = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Path own = directory.resolve("server-" + i);
            begun.add(CompletableFuture.runAsync(() -> {
                try {
                    TokenLog.shared(database, LEASE, own).close();
                } catch (LogException e) {
                    throw new IllegalStateException(e);
                }
            }));
        }

        begun.forEach(SampleEvents::get);
    }
}
