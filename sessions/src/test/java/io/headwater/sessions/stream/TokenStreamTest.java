/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.stream;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.sessions.log.Batch;
import io.headwater.sessions.log.SessionEvent;
import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import io.headwater.sessions.log.SessionEvent.TurnProblem;
import io.headwater.sessions.log.TokenLog;
import io.headwater.sessions.log.Usage;
import io.headwater.sessions.testlog.TestDatabase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.NotUsed;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.stream.Attributes;
import org.apache.pekko.stream.javadsl.Sink;
import org.apache.pekko.stream.javadsl.SinkQueueWithCancel;
import org.apache.pekko.stream.javadsl.Source;
import org.assertj.core.api.Assertions;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

@ParameterizedClass
@EnumSource(TestDatabase.class)
final class TokenStreamTest {
    private static final ActorTestKit KIT = ActorTestKit.create();

    @Parameter
    @SuppressWarnings("NullAway.Init") // set before each test
    private TestDatabase database;

    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private TokenLog log;

    private final AtomicInteger changes = new AtomicInteger();
    private final SessionFeed feed = new SessionFeed("s", 0, changes::incrementAndGet);
    private int next;

    @BeforeEach
    void open() throws Exception {
        log = database.place(directory).open();
    }

    @AfterEach
    void close() {
        log.close();
    }

    @AfterAll
    static void end() {
        KIT.shutdownTestKit();
    }

    /** As a session does it: first the log, then the feed. */
    private void tell(int count, boolean turnEnds) {
        List<SessionEvent> events = new ArrayList<>();
        List<Told> told = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean last = turnEnds && i == count - 1;
            Told event = last
                    ? new TurnEnded(next, "stop", "", TurnProblem.NONE, new Usage(1, 0, 0, count, 1, 1))
                    : new Sampled(next, next % 100, "t" + next, next, null);
            events.add(event);
            told.add(event);
            next++;
        }
        get(log.writer().write(new Batch.Append("s", next - count, 0, events)));
        feed.publish(told);
    }

    private static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(20, TimeUnit.SECONDS).join();
    }

    private CompletionStage<List<Integer>> offsets(Source<List<Told>, NotUsed> source) {
        return source.mapConcat(page -> page).map(Told::offset).runWith(Sink.seq(), KIT.system());
    }

    private static List<Integer> range(int from, int to) {
        return IntStream.range(from, to).boxed().toList();
    }

    @Test
    void aSubscriberHearsAllFromTheLogThenLiveWithoutAGap() {
        tell(3 * SessionFeed.KEPT, false);
        CompletionStage<List<Integer>> all = offsets(TokenStream.after(feed, log.reader(), -1));
        CompletionStage<List<Integer>> some = offsets(TokenStream.after(feed, log.reader(), 99));
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> changes.get() == 2 && feed.watched());

        for (int i = 0; i < 50; i++) {
            tell(1 + i % 3, false);
        }
        feed.close();

        assertThat(get(all)).isEqualTo(range(0, next));
        assertThat(get(some)).isEqualTo(range(100, next));
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> changes.get() == 4 && !feed.watched());
    }

    @Test
    void aStuckSubscriberHoldsUpNobodyAndMissesNothing() {
        SinkQueueWithCancel<List<Told>> stuck = TokenStream.after(feed, log.reader(), -1)
                .runWith(Sink.<List<Told>>queue().withAttributes(Attributes.inputBuffer(1, 1)), KIT.system());
        CompletionStage<List<Integer>> quick = offsets(TokenStream.after(feed, log.reader(), -1));

        for (int i = 0; i < 20; i++) {
            tell(200, false);
        }
        feed.close();

        assertThat(get(quick)).isEqualTo(range(0, next));
        List<Integer> heard = new ArrayList<>();
        while (heard.size() < next) {
            get(stuck.pull()).orElseThrow().forEach(event -> heard.add(event.offset()));
        }
        assertThat(heard).isEqualTo(range(0, next));
        assertThat(get(stuck.pull())).isEmpty();
    }

    @Test
    void aStreamOfOneTurnEndsWithIt() {
        tell(10, true);
        tell(5, true);

        assertThat(get(offsets(TokenStream.ofTurn(feed, log.reader(), -1)))).isEqualTo(range(0, 10));
        assertThat(get(offsets(TokenStream.ofTurn(feed, log.reader(), 9)))).isEqualTo(range(10, 15));
    }

    @Test
    void aGapInTheLogIsAnErrorAndNotSkipped() {
        SessionFeed claims = new SessionFeed("empty", 5, () -> {});

        CompletableFuture<List<Integer>> heard =
                offsets(TokenStream.after(claims, log.reader(), -1)).toCompletableFuture();

        assertThatThrownBy(() -> get(heard)).hasMessageContaining("the log does not have what follows offset -1");
        assertThatThrownBy(() -> claims.publish(List.of(new Sampled(6, 1, "", 1, null))))
                .hasMessageContaining("tells offset 6, but 5 is next");
    }

    @Test
    void manySubscribersAreWokenLessOftenAndThenSeeTheSameEventsTogether() {
        AtomicLong now = new AtomicLong();
        List<Runnable> later = new ArrayList<>();
        List<Long> waits = new ArrayList<>();
        Pace pace = new Pace(
                now::get,
                (task, nanos) -> {
                    later.add(task);
                    waits.add(nanos);
                },
                10);
        SessionFeed paced = new SessionFeed("s", 0, () -> {}, pace);
        List<SessionFeed.Subscriber> many =
                Stream.generate(paced::attach).limit(100).toList();
        many.forEach(each -> paced.look(each, -1, 9));

        paced.publish(List.of(token(0)));
        many.forEach(each -> assertThat(shown(paced, each, -1)).containsExactly(0));
        many.forEach(each -> paced.look(each, 0, 9));
        now.set(400);
        paced.publish(List.of(token(1)));
        paced.publish(List.of(token(2)));

        assertThat(waits).containsExactly(600L);
        assertThat(paced.look(many.getFirst(), 0, 9)).isInstanceOf(SessionFeed.Look.Wait.class);
        assertThat(paced.end()).isEqualTo(3);

        later.getFirst().run();

        many.forEach(each -> assertThat(shown(paced, each, 0)).containsExactly(1, 2));
        paced.publish(List.of(token(3)));
        paced.close();
        assertThat(shown(paced, many.getFirst(), 2)).containsExactly(3);
    }

    @Test
    void oneSubscriberHearsEachTokenAtOnce() {
        AtomicLong now = new AtomicLong();
        Pace pace = new Pace(now::get, (_, _) -> Assertions.fail("nothing has to wait"), 10);
        SessionFeed paced = new SessionFeed("s", 0, () -> {}, pace);
        SessionFeed.Subscriber one = paced.attach();

        for (int i = 0; i < 5; i++) {
            assertThat(paced.look(one, i - 1, 9)).isInstanceOf(SessionFeed.Look.Wait.class);
            now.addAndGet(10);
            paced.publish(List.of(token(i)));
            assertThat(shown(paced, one, i - 1)).containsExactly(i);
        }
    }

    private static Told token(int offset) {
        return new Sampled(offset, 1, "t", offset, null);
    }

    private static List<Integer> shown(SessionFeed feed, SessionFeed.Subscriber subscriber, int after) {
        SessionFeed.Look look = feed.look(subscriber, after, 9);
        return look instanceof SessionFeed.Look.Events page
                ? page.events().stream().map(Told::offset).toList()
                : List.of();
    }

    @Test
    void nothingIsLeftOfASubscriberThatGoesWhileItWaits() {
        SessionFeed.Subscriber gone = feed.attach();
        SessionFeed.Subscriber stays = feed.attach();
        SessionFeed.Look.Wait forGone = (SessionFeed.Look.Wait) feed.look(gone, -1, 1);
        SessionFeed.Look.Wait forStays = (SessionFeed.Look.Wait) feed.look(stays, -1, 1);

        feed.detach(gone);
        tell(1, false);

        assertThat(forGone.more().toCompletableFuture()).isNotDone();
        assertThat(forStays.more().toCompletableFuture()).isDone();
        assertThat(feed.watched()).isTrue();
    }
}
