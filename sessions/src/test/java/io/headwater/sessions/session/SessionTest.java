/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import static io.headwater.sessions.session.SessionTurns.get;
import static io.headwater.sessions.session.SessionTurns.say;
import static io.headwater.sessions.session.SessionTurns.tokens;
import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.decoding.PastTurn;
import io.headwater.model.generation.FinishReason;
import io.headwater.sessions.log.Message;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import io.headwater.sessions.stream.SessionFeed;
import io.headwater.sessions.stream.TokenStream;
import io.headwater.sessions.testlog.BreakableConnections;
import io.headwater.sessions.testlog.TestDatabase;
import io.headwater.sessions.testlog.TestDatabase.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.stream.javadsl.Sink;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabase.class)
final class SessionTest {
    private static final Duration NEVER_IDLE = Duration.ofMinutes(10);
    private static final int END = 2;

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
        server = new SessionServer(directory, place.open(connections), NEVER_IDLE);
    }

    @AfterEach
    void end() {
        connections.mend();
        server.close();
    }

    private void restart(Duration idle) throws Exception {
        server.close();
        server = new SessionServer(directory, place.open(connections), idle);
    }

    private Opened opened(boolean plain) {
        return SessionTurns.opened(server, plain);
    }

    private String open() {
        return ((SessionReply.Ready) get(server.sessions.open(opened(false)))).id();
    }

    private SessionReply.Accepted accepted(CompletionStage<SessionReply> reply) {
        return (SessionReply.Accepted) get(reply);
    }

    private List<Told> told(SessionFeed feed, int after) {
        return SessionTurns.told(server, feed, after);
    }

    @Test
    void aSecondTurnAddsOnlyWhatTheTemplateAdds() throws Exception {
        String id = open();
        SessionReply.Accepted first = accepted(server.sessions.ask(id, say("one", "")));
        Generate request = server.client.next();
        assertThat(request.log().toArray()).isEqualTo(server.prompts.conversation(List.of(new Message("user", "one"))));
        assertThat(request.keep()).isTrue();
        server.client.tokens(request, 0, 65, 66, END);
        server.client.end(request, FinishReason.STOP);
        assertThat(tokens(told(first.feed(), -1))).containsExactly(65, 66, END);

        SessionReply.Accepted second = accepted(server.sessions.ask(id, say("two", "")));
        Generate next = server.client.next();

        assertThat(second.turn()).isEqualTo(2);
        assertThat(second.offset()).isEqualTo(4);
        int answerEnd = request.log().size() + 3;
        assertThat(next.past()).containsExactly(new PastTurn(request.log().size(), answerEnd));
        int[] log = next.log().toArray();
        assertThat(Arrays.copyOf(log, answerEnd))
                .isEqualTo(request.log().plus(65, 66, END).toArray());
        String whole = server.prompts.render(
                List.of(
                        new Message("user", "one"),
                        new Message("assistant", "<65><66><2>"),
                        new Message("user", "two")),
                true);
        String suffix = server.prompts.tokenizer().decode(Arrays.copyOfRange(log, answerEnd, log.length));
        assertThat(whole).endsWith("<|im_end|>" + suffix);
        assertThat(suffix).contains("two").doesNotContain("one");
        assertThat(next.answered()).isZero();
    }

    @Test
    void budgetsAreInTheLogBeforeTheTokensAfterThemAlsoThoseOfAnIdleSessionAndTheNextRequestHasThem() throws Exception {
        accepted(server.sessions.ask(open(), say("another, for which memory is needed", "")));
        server.client.next();
        String id = open();
        SessionReply.Accepted first = accepted(server.sessions.ask(id, say("one", "")));
        Generate request = server.client.next();
        int prompt = request.log().size();
        server.client.budget(request, new BudgetEvent(prompt, 60));
        server.client.tokens(request, 0, 65, 66);
        server.client.budget(request, new BudgetEvent(prompt + 1, 50));
        server.client.tokens(request, 2, END);
        server.client.end(request, FinishReason.STOP);
        assertThat(tokens(told(first.feed(), -1))).containsExactly(65, 66, END);
        server.client.budget(request, new BudgetEvent(prompt + 2, 40));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> budgets(id).size() == 3);

        accepted(server.sessions.ask(id, say("two", "")));
        Generate next = server.client.next();
        server.client.budget(request, new BudgetEvent(prompt + 2, 30)); // the second turn has begun without it
        server.client.tokens(next, 0, 67);
        server.client.budget(next, new BudgetEvent(next.log().size(), 33));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> budgets(id).size() == 4);

        List<BudgetEvent> expected = List.of(
                new BudgetEvent(prompt, 60),
                new BudgetEvent(prompt + 1, 50),
                new BudgetEvent(prompt + 2, 40),
                new BudgetEvent(next.log().size(), 33));
        assertThat(next.budgets()).isEqualTo(expected.subList(0, 3));
        restart(Duration.ofMinutes(1));
        Generate again = server.client.next();
        again = again.past().isEmpty() ? server.client.next() : again; // the other one goes on too
        assertThat(again.budgets()).isEqualTo(expected);
        assertThat(again.answered()).isEqualTo(1);
    }

    private List<BudgetEvent> budgets(String id) {
        return ((SessionReply.Description) get(server.sessions.describe(id))).budgets();
    }

    @Test
    void nothingIsToldBeforeItIsCommittedAndDecodingDoesNotWait() throws Exception {
        String id = open();
        SessionReply.Accepted turn = accepted(server.sessions.ask(id, say("one", "")));
        Generate request = server.client.next();
        server.client.tokens(request, 0, 65);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> turn.feed().end() == 1);

        connections.breakDown();
        server.client.tokens(request, 1, 66, 67, 68);
        server.client.end(request, FinishReason.LENGTH);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> !server.sessions.problem().isEmpty());

        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> server.sessions.atWork() == 0); // the decode loop has long gone on
        assertThat(turn.feed().end()).isEqualTo(1);
        connections.mend();
        assertThat(tokens(told(turn.feed(), -1))).containsExactly(65, 66, 67, 68);
    }

    @Test
    void whileTheLogIsLostNoSessionBegins() throws Exception {
        open();
        connections.breakDown();
        CompletionStage<SessionReply> findsOut = server.sessions.open(opened(false));
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> !server.sessions.problem().isEmpty());

        assertThat(get(server.sessions.open(opened(false))))
                .isInstanceOfSatisfying(
                        SessionReply.Unavailable.class,
                        later -> assertThat(later.message()).startsWith("the token log cannot be written now"));

        connections.mend();
        assertThat(get(findsOut)).isInstanceOf(SessionReply.Ready.class);
        assertThat(get(server.log().reader().sessions())).hasSize(2);
    }

    @Test
    void afterTheDecodeLoopHasEndedNoTurnIsTakenAndThatIsNoLostLog() throws Exception {
        String id = open();
        server.client.die();
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> !server.sessions.decodeProblem().isEmpty());

        assertThat(get(server.sessions.ask(id, say("one", ""))))
                .isInstanceOfSatisfying(
                        SessionReply.Unavailable.class,
                        ended -> assertThat(ended.message()).contains("start the server again"));
        assertThat(server.sessions.logProblem()).isEmpty();
        assertThat(server.sessions.problem()).isEqualTo(server.sessions.decodeProblem());
        assertThat(((SessionReply.Description) get(server.sessions.describe(id))).messages())
                .isEmpty();
    }

    @Test
    void oneAnswerAtATimeAndAKeyCountsOnce() throws Exception {
        String id = open();
        SessionReply.Accepted first = accepted(server.sessions.ask(id, say("one", "k")));
        Generate request = server.client.next();

        assertThat(get(server.sessions.ask(id, say("two", "")))).isEqualTo(new SessionReply.Busy());
        SessionReply.Accepted again = accepted(server.sessions.ask(id, say("one", "k")));
        assertThat(again.turn()).isEqualTo(first.turn());
        assertThat(again.offset()).isEqualTo(first.offset());
        assertThat(again.repeated()).isTrue();
        assertThat(get(server.sessions.ask(id, say("other words", "k"))))
                .isInstanceOfSatisfying(
                        SessionReply.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(SessionReply.Reason.KEY_REUSED));
        server.client.tokens(request, 0, END);
        server.client.end(request, FinishReason.STOP);
        told(first.feed(), -1);
        restart(NEVER_IDLE);

        assertThat(accepted(server.sessions.ask(id, say("one", "k"))).turn()).isEqualTo(1);
        assertThat(server.client.nothingSubmitted()).isTrue();
    }

    @Test
    void anAnswerGoesOnInTheNextLifeFromItsLastTokenInTheLog() throws Exception {
        SessionReply.Accepted turn = accepted(server.sessions.complete(opened(true), say("one", "")));
        Generate request = server.client.next();
        server.client.tokens(request, 0, 65, 66, 67);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> turn.feed().end() == 3);

        restart(NEVER_IDLE);

        Generate again = server.client.next();
        assertThat(again.answered()).isEqualTo(3);
        assertThat(again.log()).isEqualTo(request.log().plus(65, 66, 67));
        assertThat(again.seed()).isEqualTo(request.seed());
        assertThat(again.turn()).isEqualTo(request.turn());
        server.client.tokens(again, 3, 68);
        server.client.end(again, FinishReason.STOP);
        SessionFeed feed = ((SessionReply.Watching) get(server.sessions.watch(turn.id()))).feed();
        assertThat(tokens(told(feed, -1))).containsExactly(65, 66, 67, 68);
        assertThat(told(feed, 2)).extracting(Told::offset).containsExactly(3, 4);
    }

    @Test
    void aServerThatEndsTellsFirstWhatHasHappened() throws Exception {
        SessionReply.Accepted turn = accepted(server.sessions.complete(opened(true), say("one", "")));
        CompletionStage<List<List<Told>>> heard =
                TokenStream.ofTurn(turn.feed(), server.sessions.reader(), -1).runWith(Sink.seq(), server.kit.system());
        Generate request = server.client.next();
        connections.breakDown();
        server.client.tokens(request, 0, 65, 66, 67);
        server.client.end(request, FinishReason.LENGTH);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> server.sessions.atWork() == 0);

        CompletionStage<SessionReply> ended = server.sessions.end();
        connections.mend();

        assertThat(get(ended)).isEqualTo(new SessionReply.Done(true));
        assertThat(get(heard).stream().flatMap(List::stream)).hasSize(4).last().isInstanceOf(TurnEnded.class);
        restart(NEVER_IDLE);
        assertThat(server.client.nothingSubmitted()).isTrue();
    }

    @Test
    void whatFindsNoPlaceIsRefusedAndLeavesNothingBehind() throws Exception {
        for (int i = 0; i < SessionServer.PLACES; i++) {
            accepted(server.sessions.complete(opened(true), say("one", "")));
        }

        assertThat(get(server.sessions.complete(opened(true), say("too many", ""))))
                .isInstanceOf(SessionReply.Full.class);

        assertThat(get(server.log().reader().running())).hasSize(SessionServer.PLACES);
        assertThat(get(server.log().reader().beyond(0))).isEmpty();
        Generate first = server.client.next();
        server.client.end(first, FinishReason.LENGTH);
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> server.sessions.atWork() < SessionServer.PLACES);
        accepted(server.sessions.complete(opened(true), say("now there is one", "")));
    }

    @Test
    void aRefusedPromptGivesItsPlaceBack() throws Exception {
        String id = open();
        for (int i = 0; i <= SessionServer.PLACES; i++) {
            assertThat(get(server.sessions.ask(id, say("long ".repeat(400), ""))))
                    .isInstanceOfSatisfying(
                            SessionReply.Refused.class,
                            refused -> assertThat(refused.reason()).isEqualTo(SessionReply.Reason.TOO_LONG));
        }

        accepted(server.sessions.ask(id, say("short", "")));
    }

    @Test
    void cancelEndsTheAnswerAndTheLogSaysSo() throws Exception {
        String id = open();
        SessionReply.Accepted turn = accepted(server.sessions.ask(id, say("one", "")));
        Generate request = server.client.next();
        server.client.tokens(request, 0, 65);

        assertThat(get(server.sessions.cancel(id))).isEqualTo(new SessionReply.Done(true));

        List<Told> told = told(turn.feed(), -1);
        assertThat(((TurnEnded) told.getLast()).reason()).isEqualTo("cancelled");
        assertThat(get(server.sessions.cancel(id))).isEqualTo(new SessionReply.Done(false));
    }

    @Test
    void aCompletionThatNobodyHearsIsCancelledAfterTheGraceAndASessionIsNot() throws Exception {
        server.close();
        server = new SessionServer(directory, place.open(connections), NEVER_IDLE, Duration.ofMillis(300));
        String id = open();
        accepted(server.sessions.ask(id, say("one", "")));
        server.client.next();
        SessionReply.Accepted plain = accepted(server.sessions.complete(opened(true), say("one", "")));
        server.client.next();

        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> plain.feed().end() == 1);

        assertThat(((TurnEnded) told(plain.feed(), -1).getFirst()).reason()).isEqualTo("cancelled");
        assertThat(((SessionReply.Description) get(server.sessions.describe(id))).decoding())
                .isTrue();
    }

    @Test
    void aPassingFailureOfAnAnswerThatHasBegunIsWaitedForAndOneOfAnotherIsNot() throws Exception {
        String id = open();
        SessionReply.Accepted turn = accepted(server.sessions.ask(id, say("one", "")));
        Generate request = server.client.next();
        server.client.tokens(request, 0, 65);
        server.client.fail(request, Failure.UNAVAILABLE);

        Generate again = server.client.next();

        assertThat(again.answered()).isEqualTo(1);
        server.client.tokens(again, 1, END);
        server.client.end(again, FinishReason.STOP);
        assertThat(tokens(told(turn.feed(), -1))).containsExactly(65, END);
        SessionReply.Accepted other = accepted(server.sessions.complete(opened(true), say("one", "")));
        server.client.fail(server.client.next(), Failure.FULL);
        assertThat(((TurnEnded) told(other.feed(), -1).getFirst()).problem().kind())
                .isEqualTo("FULL");
    }

    @Test
    void anIdleSessionLeavesTheMemoryAndComesBackFromTheLog() throws Exception {
        restart(Duration.ofMillis(50));
        String id = open();
        SessionReply.Accepted turn = accepted(server.sessions.ask(id, say("one", "")));
        Generate request = server.client.next();
        server.client.tokens(request, 0, 65, END);
        server.client.end(request, FinishReason.STOP);
        told(turn.feed(), -1);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> server.client.parked().contains(request.session()));

        SessionReply.Accepted second = accepted(server.sessions.ask(id, say("two", "")));

        Generate next = server.client.next();
        assertThat(second.turn()).isEqualTo(2);
        assertThat(Arrays.copyOf(next.log().toArray(), request.log().size() + 2))
                .isEqualTo(request.log().plus(65, END).toArray());
    }

    @Test
    void aSessionThatWasToRestBeforeItsEndWasInTheLogRestsLater() throws Exception {
        restart(Duration.ofMillis(50));
        String id = open();
        accepted(server.sessions.ask(id, say("one", "")));
        Generate request = server.client.next();
        int before = server.client.parked().size();
        connections.breakDown();
        server.client.tokens(request, 0, 65, END);
        server.client.end(request, FinishReason.STOP);
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> !server.sessions.problem().isEmpty());
        Awaitility.await()
                .pollDelay(Duration.ofMillis(200)) // four times as long as it may be idle
                .atMost(Duration.ofSeconds(10))
                .until(() -> server.sessions.atWork() == 0);
        assertThat(server.client.parked()).hasSize(before);

        connections.mend();

        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> server.client.parked().size() > before);
    }

    @Test
    void aDeletedSessionIsMissingAndItsStreamsEnd() throws Exception {
        String id = open();
        SessionReply.Accepted turn = accepted(server.sessions.ask(id, say("one", "")));
        server.client.tokens(server.client.next(), 0, 65);
        CompletionStage<List<List<Told>>> heard =
                TokenStream.after(turn.feed(), server.sessions.reader(), -1).runWith(Sink.seq(), server.kit.system());
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> turn.feed().end() == 1);

        assertThat(get(server.sessions.delete(id))).isEqualTo(new SessionReply.Done(true));

        assertThat(get(server.sessions.describe(id))).isEqualTo(new SessionReply.Missing());
        assertThat(get(server.sessions.describe("../../etc/passwd"))).isEqualTo(new SessionReply.Missing());
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .until(() -> heard.toCompletableFuture().isDone());
        assertThat(server.sessions.atWork()).isZero();
        assertThat(server.client.released()).hasSize(1);
    }
}
