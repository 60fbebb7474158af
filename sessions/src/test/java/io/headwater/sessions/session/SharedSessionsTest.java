/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import static io.headwater.sessions.session.SessionTurns.get;
import static io.headwater.sessions.session.SessionTurns.opened;
import static io.headwater.sessions.session.SessionTurns.say;
import static io.headwater.sessions.session.SessionTurns.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.generation.FinishReason;
import io.headwater.sessions.log.SessionEvent.ModelIdentity;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import io.headwater.sessions.log.Wish;
import io.headwater.sessions.session.SessionReply.Accepted;
import io.headwater.sessions.session.SessionReply.Done;
import io.headwater.sessions.stream.SessionFeed;
import io.headwater.sessions.stream.TokenStream;
import io.headwater.sessions.testlog.BreakableConnections;
import io.headwater.sessions.testlog.HeldRead;
import io.headwater.sessions.testlog.TestDatabase;
import io.headwater.sessions.testlog.TestDatabase.Place;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Two gateways on one PostgreSQL. */
final class SharedSessionsTest {
    private static final Duration NEVER_IDLE = Duration.ofMinutes(10);
    /** How long a plain completion may go unheard. */
    private static final Duration GRACE = Duration.ofSeconds(5);

    private static final int END = 2;
    private static final ModelIdentity OTHER = new ModelIdentity("tiny", 1, "f16", 200);

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private Place place;

    @SuppressWarnings("NullAway.Init")
    private BreakableConnections connections;

    @SuppressWarnings("NullAway.Init")
    private BreakableConnections secondConnections;

    @SuppressWarnings("NullAway.Init")
    private SessionServer first;

    @SuppressWarnings("NullAway.Init")
    private SessionServer second;

    @BeforeEach
    void start() throws Exception {
        place = TestDatabase.POSTGRESQL.place(directory);
        connections = new BreakableConnections(place.connections());
        first = new SessionServer(directory, place.open(connections), NEVER_IDLE, GRACE);
        secondConnections = new BreakableConnections(place.connections());
        second = new SessionServer(directory, place.open(secondConnections), NEVER_IDLE, GRACE);
    }

    @AfterEach
    void end() {
        connections.mend();
        first.close();
        second.close();
    }

    private String open() {
        return ((SessionReply.Ready) get(first.sessions.open(opened(first, false)))).id();
    }

    /** A turn at one of them, answered with these tokens. */
    private static Accepted turn(SessionServer server, String id, String text, int... tokens) throws Exception {
        Accepted accepted = (Accepted) get(server.sessions.ask(id, say(text, "")));
        Generate request = server.client.next();
        server.client.tokens(request, 0, tokens);
        server.client.end(request, FinishReason.STOP);
        SessionTurns.told(server, accepted.feed(), accepted.offset() - 1);
        return accepted;
    }

    private static SessionFeed watch(SessionServer server, String id) {
        return ((SessionReply.Watching) get(server.sessions.watch(id))).feed();
    }

    /** What one hears from now on, until a turn ends. */
    private static CompletionStage<List<Told>> listen(SessionServer server, SessionFeed feed, int after) {
        return TokenStream.ofTurn(feed, server.sessions.reader(), after)
                .mapConcat(page -> page)
                .runWith(Sink.seq(), server.kit.system());
    }

    @Test
    void whatOneTellsIsHeardLiveAtTheOther() throws Exception {
        String id = open();
        Accepted asked = (Accepted) get(first.sessions.ask(id, say("one", "k")));
        Generate request = first.client.next();
        CompletionStage<List<Told>> heard = listen(second, watch(second, id), -1);

        first.client.tokens(request, 0, 65, 66);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> watch(second, id).end() == 2);
        assertThat(get(second.sessions.ask(id, say("two", "")))).isEqualTo(new SessionReply.Busy());
        Accepted again = (Accepted) get(second.sessions.ask(id, say("one", "k")));
        assertThat(again.repeated()).isTrue();
        assertThat(again.offset()).isEqualTo(asked.offset());
        first.client.tokens(request, 2, END);
        first.client.end(request, FinishReason.STOP);

        assertThat(tokens(get(heard))).containsExactly(65, 66, END);
        assertThat(get(second.sessions.describe(id))).isEqualTo(get(first.sessions.describe(id)));
        assertThat(second.client.nothingSubmitted()).isTrue();
    }

    @Test
    void aSessionAtRestGoesWhereItsNextMessageComesAndItsListenersStay() throws Exception {
        String id = open();
        turn(first, id, "one", 65, END);
        CompletionStage<List<Told>> heard = listen(first, watch(first, id), 2);

        Accepted two = turn(second, id, "two", 66, END);

        assertThat(two.turn()).isEqualTo(2);
        assertThat(tokens(get(heard))).containsExactly(66, END);
        Accepted three = turn(first, id, "three", 67, END);
        assertThat(three.turn()).isEqualTo(3);
        assertThat(tokens(SessionTurns.told(second, watch(second, id), 5))).containsExactly(67, END);
    }

    @Test
    void anAnswerIsCancelledFromAnywhere() throws Exception {
        String id = open();
        Accepted turn = (Accepted) get(first.sessions.ask(id, say("one", "")));
        first.client.tokens(first.client.next(), 0, 65);

        assertThat(get(second.sessions.cancel(id))).isEqualTo(new Done(true));

        assertThat(((TurnEnded) SessionTurns.told(first, turn.feed(), -1).getLast()).reason())
                .isEqualTo("cancelled");
        assertThat(get(second.sessions.cancel(id))).isEqualTo(new Done(false));
    }

    /** Wants it twice: when the second wish has been taken, the first one has been heard. */
    private void wantAndAwaitHeard(Wish wish) throws Exception {
        for (int i = 0; i < 2; i++) {
            second.log().want(wish);
            get(second.log().claim(wish.session())); // committed after it
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> wishes() == 0);
        }
    }

    private long wishes() throws SQLException {
        return count("SELECT COUNT(*) FROM OWNERS WHERE WISH IS NOT NULL");
    }

    private long count(String query) throws SQLException {
        try (Connection connection = place.connections().open();
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(query)) {
            row.next();
            return row.getLong(1);
        }
    }

    @Test
    void aCancelThatComesLateEndsOnlyTheAnswerThatItWasMeantFor() throws Exception {
        String id = open();
        turn(first, id, "one", 65, END);
        Accepted two = (Accepted) get(first.sessions.ask(id, say("two", "")));
        Generate request = first.client.next();
        first.client.tokens(request, 0, 66);

        wantAndAwaitHeard(Wish.cancel(id, 1));
        first.log().want(Wish.cancel(id, 2)); // its own session: nobody wants anything of itself
        get(first.log().claim(id));
        assertThat(wishes()).isZero();
        wantAndAwaitHeard(Wish.heard(id));
        assertThat(((SessionReply.Description) get(first.sessions.describe(id))).decoding())
                .isTrue();

        first.client.tokens(request, 1, END);
        first.client.end(request, FinishReason.STOP);
        List<Told> told = SessionTurns.told(first, two.feed(), two.offset() - 1);
        assertThat(tokens(told)).containsExactly(66, END);
        assertThat(((TurnEnded) told.getLast()).reason()).isEqualTo("stop");
    }

    @Test
    void aSessionIsDeletedFromAnywhereAlsoInItsAnswer() throws Exception {
        String id = open();
        get(first.sessions.ask(id, say("one", "")));
        first.client.tokens(first.client.next(), 0, 65);
        watch(second, id);

        assertThat(get(second.sessions.delete(id))).isEqualTo(new Done(true));

        assertThat(get(first.sessions.describe(id))).isEqualTo(new SessionReply.Missing());
        assertThat(get(second.sessions.describe(id))).isEqualTo(new SessionReply.Missing());
        assertThat(get(second.log().reader().events(id))).isEmpty();
    }

    @Test
    void whoeverIsTakenForDeadWritesNothingMoreAndItsAnswerGoesOnElsewhere() throws Exception {
        String id = open();
        get(first.sessions.ask(id, say("one", "")));
        Generate request = first.client.next();
        first.client.tokens(request, 0, 65, 66);
        SessionFeed feed = watch(second, id);
        CompletionStage<List<Told>> heard = listen(second, feed, -1);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> feed.end() == 2);

        connections.breakDown();
        first.client.tokens(request, 2, 99);

        Generate again = second.client.next();
        assertThat(again.answered()).isEqualTo(2);
        assertThat(again.log()).isEqualTo(request.log().plus(65, 66));
        connections.mend();
        assertThat(get(first.log().fenced())).contains("others have taken its sessions over");
        second.client.tokens(again, 2, 67, END);
        second.client.end(again, FinishReason.STOP);
        assertThat(tokens(get(heard))).containsExactly(65, 66, 67, END);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> first.sessions.problem().contains("others have taken its sessions over"));
    }

    /** Why a gateway cannot go on with another's answer. */
    enum Unfit {
        OTHER_MODEL,
        DEAD_LOOP,
        DRAINING,
        FULL;

        void befall(SessionServer server) {
            switch (this) {
                case OTHER_MODEL -> {}
                case DEAD_LOOP -> {
                    server.client.die();
                    Awaitility.await()
                            .atMost(Duration.ofSeconds(10))
                            .until(() -> !server.sessions.problem().isEmpty());
                }
                case DRAINING -> server.sessions.drain();
                case FULL -> {
                    for (int i = 0; i < SessionServer.PLACES; i++) {
                        get(server.sessions.complete(opened(server, true), say("one", "")));
                    }
                }
            }
        }
    }

    /** Whoever is left has looked, and heard what is nobody's, since this was called. */
    private void awaitLooks() throws Exception {
        long before = count("SELECT SUM(BEAT) FROM GATEWAYS");
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> count("SELECT SUM(BEAT) FROM GATEWAYS") >= before + 3);
    }

    private SessionServer another(ModelIdentity model) throws Exception {
        return new SessionServer(directory, place.open(place.connections()), NEVER_IDLE, NEVER_IDLE, model);
    }

    @ParameterizedTest
    @EnumSource(Unfit.class)
    void anAnswerIsLeftToAGatewayThatCanGoOnWithIt(Unfit why) throws Exception {
        second.close();
        second = another(why == Unfit.OTHER_MODEL ? OTHER : SessionServer.MODEL);
        String id = open();
        get(first.sessions.ask(id, say("one", "")));
        Generate request = first.client.next();
        SessionFeed feed = watch(second, id);
        CompletionStage<List<Told>> heard = listen(second, feed, -1);
        first.client.tokens(request, 0, 65, 66);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> feed.end() == 2);
        why.befall(second);
        first.close();
        awaitLooks();

        try (SessionServer third = another(SessionServer.MODEL)) {
            Generate again = third.client.next();
            assertThat(again.answered()).isEqualTo(2);
            third.client.tokens(again, 2, END);
            third.client.end(again, FinishReason.STOP);
            assertThat(tokens(get(heard))).containsExactly(65, 66, END);
        }
    }

    @Test
    void anAnswerWithWhichNobodyCanGoOnIsLeftAsItIsAndEndsWhenSomebodyWantsThat() throws Exception {
        second.close();
        second = another(OTHER);
        String id = open();
        get(first.sessions.ask(id, say("one", "")));
        first.client.tokens(first.client.next(), 0, 65);
        SessionFeed feed = watch(first, id);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> feed.end() == 1);
        first.close();

        SessionFeed left = watch(second, id); // read there first when it is nobody's
        assertThat(((SessionReply.Description) get(second.sessions.describe(id))).decoding())
                .isTrue();
        assertThat(get(second.sessions.cancel(id))).isEqualTo(new Done(true));

        assertThat(((TurnEnded) SessionTurns.told(second, left, -1).getLast()).reason())
                .isEqualTo("cancelled");
        assertThat(second.client.nothingSubmitted()).isTrue();
    }

    @Test
    void aQuestionIsAnsweredOfAReadThatBeginsAfterItSoWhatWasToldElsewhereIsKnown() throws Exception {
        String id = open();
        watch(second, id);
        HeldRead old = secondConnections.holdTheNextRead();
        CompletionStage<SessionReply> before = second.sessions.describe(id);
        old.awaitRead();
        Accepted turn = (Accepted) get(first.sessions.ask(id, say("one", "")));
        first.client.tokens(first.client.next(), 0, 65, 66);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> turn.feed().end() == 2);

        CompletionStage<SessionReply> watching = second.sessions.watch(id);
        CompletionStage<SessionReply> cancelled = second.sessions.cancel(id);
        get(second.sessions.describe("none")); // by now those before it are in the session's mailbox
        old.goOn();

        assertThat(((SessionReply.Description) get(before)).decoding()).isFalse();
        assertThat(((SessionReply.Watching) get(watching)).feed().end()).isGreaterThanOrEqualTo(2);
        assertThat(get(cancelled)).isEqualTo(new Done(true));
        assertThat(((TurnEnded) SessionTurns.told(first, turn.feed(), -1).getLast()).reason())
                .isEqualTo("cancelled");
    }

    @Test
    void aSessionThatNobodyCanReadIsTriedOnceAndKept() throws Exception {
        String id = open();
        Accepted turn = (Accepted) get(first.sessions.ask(id, say("one", "")));
        first.client.tokens(first.client.next(), 0, 65);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> turn.feed().end() == 1);
        try (Connection connection = place.connections().open();
                Statement statement = connection.createStatement()) {
            statement.executeUpdate("UPDATE EVENTS SET KIND = 99 WHERE TOLD = 0");
        }
        long reads = secondConnections.reads();

        first.close();

        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> secondConnections.reads() > reads);
        awaitLooks();
        assertThat(secondConnections.reads()).isEqualTo(reads + 1);
        assertThat(get(second.sessions.describe(id)))
                .isInstanceOfSatisfying(
                        SessionReply.Unavailable.class,
                        no -> assertThat(no.message()).startsWith("the log has an event of kind 99"));
    }

    @Test
    void whileItsLogIsLostAGatewayRefusesTheOthersSessionsAtOnce() throws Exception {
        String id = ((SessionReply.Ready) get(second.sessions.open(opened(second, false)))).id();
        connections.breakDown();
        first.log().want(Wish.release("none")); // finds out
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> !first.sessions.problem().isEmpty());

        assertThat(get(first.sessions.describe(id)))
                .isInstanceOfSatisfying(
                        SessionReply.Unavailable.class,
                        later -> assertThat(later.message()).startsWith("the token log cannot be written now"));
    }

    @Test
    void whoeverEndsHandsItsAnswersOnAtOnceAndWhoeverListensElsewhereKeepsACompletionGoing() throws Exception {
        Accepted plain = (Accepted) get(second.sessions.complete(opened(second, true), say("one", "")));
        Generate request = second.client.next();
        SinkQueueWithCancel<List<Told>> hearsFirst = TokenStream.ofTurn(plain.feed(), second.sessions.reader(), -1)
                .runWith(Sink.queue(), second.kit.system());
        second.client.tokens(request, 0, 65);
        assertThat(get(hearsFirst.pull())).isPresent();
        SessionFeed feed = watch(first, plain.id());
        CompletionStage<List<Told>> heard = listen(first, feed, -1);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(feed::watched);
        hearsFirst.cancel();
        Awaitility.await()
                .pollDelay(GRACE.plusMillis(500))
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(feed.end()).isEqualTo(1));

        second.close();

        Generate again = first.client.next();
        assertThat(again.answered()).isEqualTo(1);
        first.client.tokens(again, 1, END);
        first.client.end(again, FinishReason.STOP);
        assertThat(tokens(get(heard))).containsExactly(65, END);
    }
}
