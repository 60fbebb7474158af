/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import static io.headwater.sessions.session.SessionTurns.get;
import static io.headwater.sessions.session.SessionTurns.say;
import static io.headwater.sessions.session.SessionTurns.told;
import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.generation.FinishReason;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import io.headwater.sessions.testlog.BreakableConnections;
import io.headwater.sessions.testlog.HeldRead;
import io.headwater.sessions.testlog.TestDatabase;
import io.headwater.sessions.testlog.TestDatabase.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes while something else is on its way: a prompt that is being made, a commit, the end. */
@ParameterizedClass
@EnumSource(TestDatabase.class)
final class SessionRacesTest {
    @Parameter
    @SuppressWarnings("NullAway.Init") // set before each test
    private TestDatabase database;

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init")
    private Place place;

    @SuppressWarnings("NullAway.Init")
    private BreakableConnections connections;

    @SuppressWarnings("NullAway.Init")
    private SessionServer server;

    @BeforeEach
    void start() throws Exception {
        place = database.place(directory);
        connections = new BreakableConnections(place.connections());
        server = new SessionServer(directory, place.open(connections), Duration.ofMinutes(10));
    }

    @AfterEach
    void end() {
        server.goOn();
        connections.mend();
        server.close();
    }

    private String open() {
        return ((SessionReply.Ready) get(server.sessions.open(SessionTurns.opened(server, false)))).id();
    }

    private void awaitHeld() {
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(server::holds);
    }

    private void awaitLost() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> !server.sessions.problem().isEmpty());
    }

    @Test
    void aServerEndsAtOnceWhileThePromptOfACompletionIsBeingMade() {
        server.hold();
        CompletionStage<SessionReply> asked =
                server.sessions.complete(SessionTurns.opened(server, true), say("one", ""));
        awaitHeld();

        SessionReply ended = server.sessions
                .end()
                .toCompletableFuture()
                .orTimeout(4, TimeUnit.SECONDS)
                .join();

        assertThat(ended).isEqualTo(new SessionReply.Done(true));
        assertThat(get(asked)).isInstanceOf(SessionReply.Unavailable.class);
        assertThat(get(server.log().reader().beyond(0))).isEmpty();
    }

    @Test
    void aSessionDeletedWhileAPromptIsBeingMadeIsMissingToWhoeverAskedAndThePlaceIsFree() {
        String id = open();
        server.hold();
        CompletionStage<SessionReply> asked = server.sessions.ask(id, say("one", ""));
        awaitHeld();

        assertThat(get(server.sessions.delete(id))).isEqualTo(new SessionReply.Done(true));

        assertThat(get(asked)).isEqualTo(new SessionReply.Missing());
        assertThat(server.sessions.atWork()).isZero();
        server.goOn();
        assertThat(get(server.sessions.describe(id))).isEqualTo(new SessionReply.Missing());
        assertThat(server.client.nothingSubmitted()).isTrue();
    }

    @Test
    void whoeverWaitsForASessionThatIsBeingReadOrDeletedHearsThatTheServerEnds() throws Exception {
        String read = open();
        server.close();
        server = new SessionServer(directory, place.open(connections), Duration.ofMinutes(10));
        String deleted = open();
        HeldRead held = connections.holdTheNextRead();
        CompletionStage<SessionReply> description = server.sessions.describe(read);
        held.awaitRead();
        connections.breakDown();
        CompletionStage<SessionReply> deletion = server.sessions.delete(deleted);
        awaitLost();

        assertThat(get(server.sessions.end())).isEqualTo(new SessionReply.Done(true));

        assertThat(get(description)).isEqualTo(SessionReply.Unavailable.ending());
        assertThat(get(deletion)).isEqualTo(SessionReply.Unavailable.ending());
        held.goOn();
    }

    @Test
    void theSameKeyTwiceAtOnceIsOneTurn() throws Exception {
        String id = open();
        server.hold();
        CompletionStage<SessionReply> one = server.sessions.ask(id, say("one", "k"));
        awaitHeld();
        CompletionStage<SessionReply> again = server.sessions.ask(id, say("one", "k"));
        SessionReply other = get(server.sessions.ask(id, say("other words", "k")));
        SessionReply without = get(server.sessions.ask(id, say("one", "")));

        server.goOn();

        assertThat(((SessionReply.Accepted) get(one)).turn()).isEqualTo(1);
        assertThat(((SessionReply.Accepted) get(again)).turn()).isEqualTo(1);
        assertThat(((SessionReply.Accepted) get(again)).repeated()).isTrue();
        assertThat(other).isInstanceOf(SessionReply.Refused.class);
        assertThat(without).isEqualTo(new SessionReply.Busy());
        server.client.next();
        assertThat(server.client.nothingSubmitted()).isTrue();
    }

    @Test
    void aDescriptionTellsNothingThatTheLogDoesNotHave() throws Exception {
        String id = open();
        get(server.sessions.ask(id, say("one", "")));
        Generate request = server.client.next();
        connections.breakDown();
        server.client.tokens(request, 0, 65, 66);
        server.client.end(request, FinishReason.LENGTH);
        awaitLost();
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> server.sessions.atWork() == 0);

        CompletionStage<SessionReply> description = server.sessions.describe(id);
        SessionReply refused = get(server.sessions.ask(id, say("two", "")));

        assertThat(refused).isInstanceOf(SessionReply.Unavailable.class);
        assertThat(description.toCompletableFuture()).isNotDone();
        connections.mend();
        assertThat(((SessionReply.Description) get(description)).messages())
                .last()
                .asString()
                .contains("<65><66>");
    }

    @Test
    void aTokenOutOfOrderEndsTheAnswerWithAnError() throws Exception {
        String id = open();
        SessionReply.Accepted turn = (SessionReply.Accepted) get(server.sessions.ask(id, say("one", "")));
        Generate request = server.client.next();

        server.client.tokens(request, 0, 65);
        server.client.tokens(request, 0, 65);

        TurnEnded end = (TurnEnded) told(server, turn.feed(), -1).getLast();
        assertThat(end.problem().message()).contains("token 0 of the answer came where token 1 was due");
        assertThat(end.offset()).isEqualTo(1);
    }

    @Test
    void onlyASessionAtRestExpires() throws Exception {
        String id = open();
        SessionReply.Accepted turn = (SessionReply.Accepted) get(server.sessions.ask(id, say("one", "")));
        Generate request = server.client.next();

        assertThat(get(server.sessions.expire(id))).isEqualTo(new SessionReply.Done(false));

        server.client.tokens(request, 0, 65);
        server.client.end(request, FinishReason.STOP);
        told(server, turn.feed(), -1);
        assertThat(get(server.sessions.expire(id))).isEqualTo(new SessionReply.Done(true));
        assertThat(get(server.sessions.describe(id))).isEqualTo(new SessionReply.Missing());
    }
}
