/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.KvPolicy;
import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeEvent.Candidate;
import io.headwater.model.decoding.DecodeEvent.TokenLogProbability;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.sessions.log.SessionEvent.Asked;
import io.headwater.sessions.log.SessionEvent.Budgeted;
import io.headwater.sessions.log.SessionEvent.ModelIdentity;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.SessionEvent.Origin;
import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import io.headwater.sessions.log.SessionEvent.TurnProblem;
import io.headwater.sessions.testlog.BreakableConnections;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class TokenLogTest {
    @TempDir
    private Path directory;

    private static final Usage USAGE = new Usage(3, 5, 1, 2, 1.5, 2.5);

    private static Opened opened() throws Exception {
        return new Opened(
                1234,
                false,
                new ModelIdentity("size-sha", 3, "bf16", 2048),
                new KvOptions(KvPolicy.parse("ems:tau=0.1,gamma=2"), 64, 16, 512),
                List.of(new Message("system", "sei höflich \u2063 \uD83C\uDF0A")),
                "{\"seed\":7}");
    }

    private static Asked asked(int turn) {
        SamplingOptions sampling = SamplingOptions.builder()
                .temperature(0.7)
                .topK(40)
                .topP(0.95)
                .logitBias(Map.of(5, Float.NEGATIVE_INFINITY, 6, 1.5f))
                .logprobs(2)
                .build();
        return new Asked(
                new Origin(turn, "key", "digest"),
                List.of(new Message("user", "hello")),
                TokenIds.of(1, 2, 300),
                sampling,
                -5,
                new TurnOptions(20, List.of("stop"), true));
    }

    private static Sampled sampled(int offset) {
        return new Sampled(
                offset,
                260,
                " the",
                41 + offset,
                new TokenLogProbability(-0.12, List.of(new Candidate(260, 3.5f, -0.12), new Candidate(7, 1f, -2.25))));
    }

    private static TurnEnded ended(int offset) {
        return new TurnEnded(offset, "stop", "rest", TurnProblem.NONE, USAGE);
    }

    private static Batch.Append append(int seq, SessionEvent... events) {
        return new Batch.Append("s", seq, 99, List.of(events));
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    @Test
    void whatWasWrittenIsReadInAnotherLifeAsItWas() throws Exception {
        List<SessionEvent> events = List.of(
                opened(),
                asked(1),
                sampled(0),
                new Sampled(1, 9, "", 42, null),
                ended(2),
                new Budgeted(new BudgetEvent(42, 48)),
                new Budgeted(new BudgetEvent(42, 32)));
        try (TokenLog log = TokenLog.embedded(directory)) {
            get(log.writer().write(append(0, events.get(0), events.get(1))));
            get(log.writer().write(append(2, events.get(2), events.get(3), events.get(4))));
            get(log.writer().write(append(5, events.get(5), events.get(6))));
        }

        try (TokenLog log = TokenLog.embedded(directory)) {
            assertThat(get(log.reader().events("s"))).isEqualTo(events);
            assertThat(get(log.reader().events("another"))).isEmpty();
        }
    }

    @Test
    void whatWasToldIsReadFromAnyOffsetAPageAtATime() throws Exception {
        try (TokenLog log = TokenLog.embedded(directory)) {
            get(log.writer()
                    .write(append(0, opened(), asked(1), sampled(0), sampled(1), ended(2), asked(2), sampled(3))));

            assertThat(get(log.reader().told("s", -1, 2)))
                    .extracting(Told::offset)
                    .containsExactly(0, 1);
            assertThat(get(log.reader().told("s", 1, 10)))
                    .extracting(Told::offset)
                    .containsExactly(2, 3);
            assertThat(get(log.reader().told("s", 3, 10))).isEmpty();
        }
    }

    @Test
    void theLogKnowsWhichAnswersWereAtWorkAndWhichSessionsAreOld() throws Exception {
        try (TokenLog log = TokenLog.embedded(directory)) {
            get(log.writer().write(append(0, opened(), asked(1), sampled(0))));

            assertThat(get(log.reader().running())).containsExactly("s");
            assertThat(get(log.reader().expired(1000, 1000))).isEmpty();
            get(log.writer().write(append(3, ended(1))));
            assertThat(get(log.reader().running())).isEmpty();
            assertThat(get(log.reader().expired(1000, 0))).containsExactly("s");
            assertThat(get(log.reader().expired(99, 1000))).isEmpty();
            assertThat(get(log.reader().beyond(1))).isEmpty();
            assertThat(get(log.reader().beyond(0))).containsExactly("s");
            get(log.writer().write(new Batch.Remove("s")));
            assertThat(get(log.reader().events("s"))).isEmpty();
            assertThat(get(log.reader().beyond(0))).isEmpty();
        }
    }

    @Test
    void aLostDatabaseStopsConfirmationsAndNothingIsMissingWhenItIsBack() throws Exception {
        BreakableConnections connections = new BreakableConnections(directory);
        try (TokenLog log = TokenLog.open(connections, "the test's log")) {
            get(log.writer().write(append(0, opened(), asked(1))));
            connections.breakDown();

            List<CompletableFuture<Void>> later = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                later.add(log.writer().write(append(2 + i, sampled(i))).toCompletableFuture());
            }

            Awaitility.await()
                    .atMost(Duration.ofSeconds(10))
                    .until(() -> log.writer().problem().contains("no space left"));
            assertThat(later).noneMatch(CompletableFuture::isDone);
            connections.mend();
            later.forEach(TokenLogTest::get);
            assertThat(log.writer().problem()).isEmpty();
            assertThat(get(log.reader().told("s", -1, 10)))
                    .extracting(Told::offset)
                    .containsExactly(0, 1, 2, 3, 4);
        }
    }

    @Test
    void aCommitWhoseEndWasNotHeardIsNotWrittenTwice() throws Exception {
        BreakableConnections connections = new BreakableConnections(directory);
        try (TokenLog log = TokenLog.open(connections, "the test's log")) {
            get(log.writer().write(append(0, opened(), asked(1))));
            connections.loseTheNextAnswer();

            get(log.writer().write(append(2, sampled(0), sampled(1))));
            get(log.writer().write(append(4, ended(2))));

            assertThat(get(log.reader().events("s"))).hasSize(5);
            assertThat(get(log.reader().running())).isEmpty();
        }
    }

    @Test
    void whatAnotherServerHasWrittenIsNeitherChangedNorTakenForOurs() throws Exception {
        BreakableConnections connections = new BreakableConnections(directory);
        try (TokenLog log = TokenLog.open(connections, "the test's log");
                LogRows late = new LogRows(connections.open())) {
            get(log.writer().write(append(0, opened(), asked(1), sampled(0))));

            assertThatThrownBy(() -> late.write(List.of(append(2, ended(0))), true))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("does a second server write to this log");

            late.write(List.of(append(2, sampled(0))), true);
            assertThat(get(log.reader().events("s"))).containsExactly(opened(), asked(1), sampled(0));
        }
    }

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

    @Test
    void aLogOfAnotherSchemaIsRefusedWithALine() throws Exception {
        TokenLog.embedded(directory).close();
        String url = "jdbc:sqlite:" + directory.resolve("sessions.sqlite").toAbsolutePath();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE META SET CONTENT = '99'");
        }

        assertThatThrownBy(() -> TokenLog.embedded(directory))
                .isInstanceOf(LogException.class)
                .hasMessageContaining("schema version 99, this Headwater knows " + LogSchema.VERSION);
    }
}
