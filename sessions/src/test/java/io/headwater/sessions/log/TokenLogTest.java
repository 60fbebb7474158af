/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import static io.headwater.sessions.log.SampleEvents.append;
import static io.headwater.sessions.log.SampleEvents.asked;
import static io.headwater.sessions.log.SampleEvents.ended;
import static io.headwater.sessions.log.SampleEvents.get;
import static io.headwater.sessions.log.SampleEvents.opened;
import static io.headwater.sessions.log.SampleEvents.sampled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.RepeatedPart;
import io.headwater.sessions.log.SessionEvent.Budgeted;
import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.testlog.BreakableConnections;
import io.headwater.sessions.testlog.TestDatabase;
import io.headwater.sessions.testlog.TestDatabase.Place;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabase.class)
final class TokenLogTest {
    @Parameter
    @SuppressWarnings("NullAway.Init") // set before each test
    private TestDatabase database;

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private Place place;

    @BeforeEach
    void make() throws Exception {
        place = database.place(directory);
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
                new Budgeted(new BudgetEvent(42, 48, new RepeatedPart(57, 40))),
                new Budgeted(new BudgetEvent(42, 32)));
        try (TokenLog log = place.open()) {
            get(log.writer().write(append(0, events.get(0), events.get(1))));
            get(log.writer().write(append(2, events.get(2), events.get(3), events.get(4))));
            get(log.writer().write(append(5, events.get(5), events.get(6), events.get(7))));
        }

        try (TokenLog log = place.open()) {
            assertThat(get(log.reader().events("s"))).isEqualTo(events);
            assertThat(get(log.reader().events("another"))).isEmpty();
        }
    }

    @Test
    void whatWasToldIsReadFromAnyOffsetAPageAtATime() throws Exception {
        try (TokenLog log = place.open()) {
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
        try (TokenLog log = place.open()) {
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
        BreakableConnections connections = new BreakableConnections(place.connections());
        try (TokenLog log = place.open(connections)) {
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
            later.forEach(SampleEvents::get);
            assertThat(log.writer().problem()).isEmpty();
            assertThat(get(log.reader().told("s", -1, 10)))
                    .extracting(Told::offset)
                    .containsExactly(0, 1, 2, 3, 4);
        }
    }

    @Test
    void aCommitWhoseEndWasNotHeardIsNotWrittenTwice() throws Exception {
        BreakableConnections connections = new BreakableConnections(place.connections());
        try (TokenLog log = place.open(connections)) {
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
        BreakableConnections connections = new BreakableConnections(place.connections());
        try (TokenLog log = place.open(connections);
                LogRows late = new LogRows(connections.open(), null)) {
            get(log.writer().write(append(0, opened(), asked(1), sampled(0))));

            assertThatThrownBy(() -> late.write(List.of(append(2, ended(0))), true))
                    .isInstanceOf(SQLException.class)
                    .hasMessageContaining("does a second server write to this log");

            late.write(List.of(append(2, sampled(0))), true);
            assertThat(get(log.reader().events("s"))).containsExactly(opened(), asked(1), sampled(0));
        }
    }

    @Test
    void aLogOfAnotherSchemaIsRefusedWithALine() throws Exception {
        place.open().close();
        try (Connection connection = place.connections().open();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE META SET CONTENT = '99'");
        }

        assertThatThrownBy(() -> place.open())
                .isInstanceOf(LogException.class)
                .hasMessageContaining("schema version 99, this Headwater knows " + LogSchema.VERSION);
    }

    @Test
    void aTextThatIsNoGoodUnicodeStopsNobodyAlsoWhenItIsWrittenAgain() throws Exception {
        BreakableConnections connections = new BreakableConnections(place.connections());
        try (TokenLog log = place.open(connections)) {
            String end = " and " + Character.toString(0);
            Sampled odd = new Sampled(0, 1, Character.toString(0xD83C) + end, 41, null);
            connections.loseTheNextAnswer();

            get(log.writer().write(append(0, opened(), asked(1), odd)));

            assertThat(((Sampled) get(log.reader().told("s", -1, 9)).getFirst()).text())
                    .endsWith(end);
        }
    }
}
