/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.KvPolicy;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.FakeEngine;
import io.headwater.model.engine.NoKvMemoryException;
import io.headwater.model.engine.Sequence;
import io.headwater.model.generation.ByteTokenizer;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.model.saved.CacheShelf;
import io.headwater.model.saved.CacheShelf.Saved;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class DecodeLoopTest {
    private static final int CONTEXT = 60;
    private static final int VOCABULARY = ByteTokenizer.END + 1;
    private static final SamplingOptions DRAWN = SamplingOptions.builder()
            .temperature(0.9)
            .repeatPenalty(1.3)
            .presencePenalty(0.4)
            .frequencyPenalty(0.7)
            .logprobs(3)
            .build();

    private final FakeEngine engine = new FakeEngine(CONTEXT, VOCABULARY, 16, 6);
    private final DecodeLoop loop = loop(engine, BatchingOptions.defaults());

    @Test
    void aBatchAnswersAsEachRequestAlone() throws Exception {
        List<DecodeRequest.Generate> requests = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            requests.add(request(i, prompt(1 + 4 * i, i), 0, DRAWN, new TurnOptions(5 + i, List.of(), i % 2 == 0)));
        }
        List<Heard> together = requests.stream().map(_ -> new Heard()).toList();
        for (int i = 0; i < requests.size(); i++) {
            loop.submit(requests.get(i), together.get(i));
        }
        runAll(loop);

        assertThat(engine.steps()).anyMatch(runs -> runs.size() == 6).anyMatch(runs -> runs.contains(8));
        assertThat(engine.open()).isZero();
        for (int i = 0; i < requests.size(); i++) {
            Heard alone = Heard.run(loop, requests.get(i));
            assertThat(together.get(i).tokens()).as("request " + i).isEqualTo(alone.tokens());
            assertThat(together.get(i).ended()).isEqualTo(alone.ended());
        }
    }

    @Test
    void handedInAgainAtAnyTokenItGoesOnAsIfNothingHadHappened() throws Exception {
        TokenIds prompt = prompt(9, 3);
        Heard first = Heard.run(loop, request(1, prompt, 0, DRAWN, new TurnOptions(20, List.of(), true)));
        String text = first.text();
        for (String stop : List.of("none", text.substring(6, 9), text.substring(11, 12))) {
            TurnOptions turn = new TurnOptions(20, List.of(stop, "x".repeat(30)), true);
            Heard whole = Heard.run(loop, request(1, prompt, 0, DRAWN, turn));
            assertThat(whole.ended().reason()).isEqualTo(stop.equals("none") ? FinishReason.LENGTH : FinishReason.STOP);
            for (int cut = 0; cut <= whole.tokens().size(); cut++) {
                TokenIds known = prompt.plus(Arrays.copyOf(whole.ids().toArray(), cut));

                Heard rest = Heard.run(loop, request(1, known, cut, DRAWN, turn));

                assertThat(rest.tokens())
                        .as("cut at %d, stop %s", cut, stop)
                        .isEqualTo(whole.tokens().subList(cut, whole.tokens().size()));
                assertThat(rest.ended().reason()).isEqualTo(whole.ended().reason());
                assertThat(rest.ended().text()).isEqualTo(whole.ended().text());
            }
        }
    }

    @Test
    void aFullContextEndsTheAnswerAlsoAfterBeingHandedInAgain() throws Exception {
        TokenIds prompt = prompt(CONTEXT - 3, 5);
        TurnOptions turn = new TurnOptions(TurnOptions.UNLIMITED, List.of(), true);
        Heard whole = Heard.run(loop, request(1, prompt, 0, DRAWN, turn));

        assertThat(whole.tokens()).hasSize(4); // the last one needs no place
        assertThat(whole.ended().reason()).isEqualTo(FinishReason.LENGTH);
        for (int cut = 1; cut <= 4; cut++) {
            TokenIds known = prompt.plus(Arrays.copyOf(whole.ids().toArray(), cut));
            Heard rest = Heard.run(loop, request(1, known, cut, DRAWN, turn));
            assertThat(rest.tokens()).isEqualTo(whole.tokens().subList(cut, 4));
            assertThat(rest.ended().text()).isEqualTo(whole.ended().text());
        }
        assertThat(Heard.run(loop, request(1, prompt(CONTEXT + 1, 5), 0, DRAWN, turn))
                        .failed())
                .satisfies(failed -> {
                    assertThat(failed.failure()).isEqualTo(Failure.BAD_REQUEST);
                    assertThat(failed.message()).contains("61 tokens, the context 60");
                });
    }

    @Test
    void aKeptSessionReadsOnlyWhatIsNew() throws Exception {
        TurnOptions turn = new TurnOptions(4, List.of(), true);
        TokenIds first = prompt(10, 1);
        Heard one = Heard.run(loop, kept(7, first, turn));
        TokenIds second = first.plus(one.ids().toArray()).plus(80, 81, 82);
        assertThat(engine.open()).isOne();

        Heard two = Heard.run(loop, kept(7, second, turn));

        assertThat(two.prefilled().getFirst()).isEqualTo(new DecodeEvent.Prefilled(13, 17));
        assertThat(two.tokens())
                .isEqualTo(Heard.run(loop, kept(8, second, turn)).tokens());
        loop.release(7);
        loop.release(8);
        assertThat(engine.open()).isZero();
        assertThat(Heard.run(loop, kept(7, second, turn)).prefilled().getFirst().done())
                .isZero();
    }

    @Test
    void anotherHistoryBuildsTheCacheAgain() throws Exception {
        TurnOptions turn = new TurnOptions(4, List.of(), true);
        Heard.run(loop, kept(7, prompt(10, 1), turn));
        TokenIds other = prompt(12, 2);

        Heard two = Heard.run(loop, kept(7, other, turn));

        assertThat(two.prefilled().getFirst().done()).isZero();
        assertThat(two.tokens()).isEqualTo(Heard.run(loop, kept(8, other, turn)).tokens());
        assertThat(engine.open()).isEqualTo(2);
    }

    @Test
    void moreKeptCachesThanMayBeFreeTheOldest() throws Exception {
        DecodeLoop few = loop(engine, BatchingOptions.defaults().withMaxKept(2));
        for (int session = 0; session < 4; session++) {
            Heard.run(few, kept(session, prompt(5, session), new TurnOptions(2, List.of(), true)));
        }
        assertThat(engine.open()).isEqualTo(2);
        few.close();
        assertThat(engine.open()).isZero();
    }

    @Test
    void cancellingEndsItBetweenTwoStepsWhereverItIs() throws Exception {
        Heard reading = new Heard();
        Heard decoding = new Heard();
        Heard waiting = new Heard();
        DecodeLoop two = loop(engine, BatchingOptions.defaults().withMaxSequences(2));
        two.submit(greedy(1, prompt(40, 1)), reading);
        two.submit(greedy(2, prompt(3, 2)), event -> {
            decoding.on(event);
            if (decoding.tokens().size() == 3) {
                two.cancel(2);
            }
        });
        two.submit(greedy(3, prompt(3, 3)), waiting);
        two.step();
        two.cancel(1);
        two.cancel(3);
        two.cancel(99);
        runAll(two);

        assertThat(reading.tokens()).isEmpty();
        assertThat(decoding.tokens()).hasSize(3);
        assertThat(waiting.tokens()).isEmpty();
        for (Heard each : List.of(reading, decoding, waiting)) {
            assertThat(each.ended().reason()).isEqualTo(FinishReason.CANCELLED);
        }
        assertThat(engine.open()).isZero();
    }

    @Test
    void aFullQueueRefusesAndABusySessionToo() throws Exception {
        DecodeLoop small =
                loop(engine, BatchingOptions.defaults().withMaxSequences(1).withMaxWaiting(2));
        List<Heard> heard = new ArrayList<>();
        for (int session = 0; session < 4; session++) {
            heard.add(new Heard());
            small.submit(greedy(session, prompt(3, session)), heard.get(session));
            if (session == 0) {
                small.step();
            }
        }
        Heard busy = new Heard();
        small.submit(greedy(0, prompt(4, 0)), busy);

        assertThat(heard.get(3).failed().failure()).isEqualTo(Failure.FULL);
        assertThat(busy.failed().failure()).isEqualTo(Failure.BAD_REQUEST);
        assertThat(busy.failed().message()).contains("session 0");
        runAll(small);
        assertThat(heard.subList(0, 3)).allMatch(each -> each.tokens().size() == 6);
    }

    @Test
    void aFailedStepIsTheCallersToAnswerAndFailTellsAll() {
        Heard running = new Heard();
        Heard waiting = new Heard();
        DecodeLoop one = loop(engine, BatchingOptions.defaults().withMaxSequences(1));
        one.submit(greedy(1, prompt(3, 1)), running);
        one.submit(greedy(2, prompt(3, 2)), waiting);
        engine.failNext("layer 3 broke");

        assertThatThrownBy(one::step).isInstanceOf(EngineException.class).hasMessage("layer 3 broke");
        assertThat(running.over()).isFalse();
        one.fail("layer 3 broke");

        assertThat(running.failed()).isEqualTo(new DecodeEvent.Failed(Failure.BROKEN, "layer 3 broke"));
        assertThat(waiting.failed()).isEqualTo(running.failed());
        assertThat(engine.open()).isZero();
        assertThat(one.running()).isZero();
    }

    /** An idle session shrinks for a cache that comes back from the shelf, and in that step the engine breaks. */
    @Test
    void whenRoomIsMadeForARequestAndTheEngineBreaksItHearsSoToo() throws Exception {
        engine.limit(1 << 20);
        DecodeLoop limited = loop(engine, BatchingOptions.defaults());
        KvOptions kv = new KvOptions(KvPolicy.parse("ems:window=8"), 40, 16, 64);
        TurnOptions turn = new TurnOptions(2, List.of(), true);
        Heard idle = Heard.run(
                limited, new DecodeRequest.Generate(1, prompt(48, 1), 0, DRAWN, 11, turn, true, kv, List.of()));
        assertThat(idle.tokens()).hasSize(2);
        TokenIds prompt = prompt(6, 2);
        limited.keepOn(
                new FullMemoryShelf(new Saved(4, CacheDigest.of(new TokenLog(prompt, CONTEXT), 4, new ChangeLog()))));
        Heard heard = new Heard();
        limited.submit(kept(2, prompt, turn), heard);
        engine.failNext("layer 3 broke");

        assertThatThrownBy(limited::step).isInstanceOf(EngineException.class).hasMessage("layer 3 broke");
        limited.fail("layer 3 broke");

        assertThat(heard.failed()).isEqualTo(new DecodeEvent.Failed(Failure.BROKEN, "layer 3 broke"));
        assertThat(engine.open()).isZero();
    }

    /** Has one cache of each session, for which there is never room. */
    private record FullMemoryShelf(Saved saved) implements CacheShelf {
        @Override
        public void save(long session, Sequence sequence, Saved as) {}

        @Override
        public List<Saved> of(long session) {
            return List.of(saved);
        }

        @Override
        public Optional<Sequence> restore(long session, KvOptions kv, int budget, Saved saved)
                throws NoKvMemoryException {
            throw new NoKvMemoryException(0, "no KV memory");
        }

        @Override
        public void drop(long session, Saved saved) {
            throw new AssertionError("the digest of " + saved + " is another");
        }

        @Override
        public void drop(long session) {}
    }

    @Test
    void brokenLogitsFailOnlyTheirRequest() throws Exception {
        Heard broken = new Heard();
        Heard whole = new Heard();
        engine.poison(ByteTokenizer.END);
        loop.submit(greedy(1, prompt(3, 1).plus(ByteTokenizer.END)), broken);
        loop.submit(greedy(2, prompt(3, 2)), whole);
        runAll(loop);

        assertThat(broken.failed().failure()).isEqualTo(Failure.BROKEN);
        assertThat(broken.failed().message()).contains("NaN", "position 4");
        assertThat(whole.tokens()).hasSize(6);
        assertThat(engine.open()).isZero();
    }

    @Test
    void aBrokenRunFailsOnlyItsRequest() throws Exception {
        Heard broken = new Heard();
        Heard whole = new Heard();
        engine.breakRunsOf(ByteTokenizer.END);
        loop.submit(greedy(1, prompt(3, 1).plus(ByteTokenizer.END)), broken);
        loop.submit(greedy(2, prompt(3, 2)), whole);
        runAll(loop);

        assertThat(broken.failed()).isEqualTo(new DecodeEvent.Failed(Failure.BROKEN, "token 256 broke"));
        assertThat(broken.tokens()).isEmpty();
        assertThat(whole.tokens())
                .isEqualTo(Heard.run(loop, greedy(3, prompt(3, 2))).tokens())
                .hasSize(6);
        assertThat(engine.open()).isZero();
    }

    @Test
    void whereMemoryIsShortKeptCachesGoFirstTheOldestOnesFirst() throws Exception {
        TurnOptions turn = new TurnOptions(2, List.of(), true);
        for (int session = 0; session < 4; session++) {
            Heard.run(loop, kept(session, prompt(5, session), turn));
        }
        engine.refuse(9, 3);

        Heard heard = Heard.run(loop, greedy(9, prompt(3, 9)));

        assertThat(heard.tokens()).hasSize(6);
        assertThat(engine.open()).isEqualTo(2);
        Heard newest = Heard.run(loop, kept(3, prompt(6, 3), turn)); // another history: takes its cache all the same
        assertThat(newest.ended().reason()).isEqualTo(FinishReason.LENGTH);
        assertThat(engine.open()).isEqualTo(2);
    }

    @Test
    void aRequestWithoutMemoryFailsAloneAndLaterThereMayBeRoom() throws Exception {
        Heard refused = new Heard();
        Heard whole = new Heard();
        engine.refuse(2, 1);
        loop.submit(greedy(1, prompt(3, 1)), whole);
        loop.submit(greedy(2, prompt(3, 2)), refused);
        runAll(loop);

        assertThat(refused.failed().failure()).isEqualTo(Failure.FULL);
        assertThat(refused.failed().message()).contains("no KV memory", "try again");
        assertThat(whole.tokens())
                .isEqualTo(Heard.run(loop, greedy(3, prompt(3, 1))).tokens())
                .hasSize(6);
        assertThat(Heard.run(loop, greedy(2, prompt(3, 2))).tokens()).hasSize(6);
        assertThat(engine.open()).isZero();
    }

    /** It is not alone any more: whoever came last waits. */
    @Test
    void whoBeganAloneInAShortMemoryGoesOnBesideOthers() throws Exception {
        engine.limit(1 << 20);
        DecodeLoop limited = loop(engine, BatchingOptions.defaults());
        Heard old = new Heard();
        limited.submit(request(1, prompt(3, 1), 0, DRAWN, new TurnOptions(30, List.of(), true)), old);
        engine.refuse(1, 0);
        do {
            assertThat(limited.step()).isTrue();
        } while (limited.running() > 0);
        engine.refuse(1, 1); // in an empty memory there is room for it
        limited.submit(greedy(2, prompt(3, 2)), new Heard());
        limited.step();
        assertThat(limited.running()).as("alone").isEqualTo(1);
        limited.cancel(2);
        limited.step();
        Heard young = new Heard();
        limited.submit(greedy(3, prompt(3, 3)), young);
        do {
            assertThat(limited.step()).isTrue();
        } while (limited.running() > 1);
        assertThat(limited.waiting()).as("the young one").isEqualTo(1);
        runAll(limited);

        assertThat(old.tokens()).hasSize(30);
        assertThat(young.tokens()).hasSize(6);
    }

    @Test
    void cancellingEndsAWaitingRequestWhereverItIsInTheQueue() throws Exception {
        DecodeLoop one = loop(engine, BatchingOptions.defaults().withMaxSequences(1));
        List<Heard> heard = new ArrayList<>();
        for (int session = 0; session < 4; session++) {
            heard.add(new Heard());
            one.submit(greedy(session, prompt(3, session)), heard.get(session));
        }
        one.step();
        one.cancel(2);
        one.step();

        assertThat(heard.get(2).ended().reason()).isEqualTo(FinishReason.CANCELLED);
        assertThat(one.waiting()).isEqualTo(2);
        runAll(one);
        assertThat(List.of(heard.get(0), heard.get(1), heard.get(3)))
                .allMatch(each -> each.tokens().size() == 6);
    }

    @Test
    void allThatRanAndWaitedElsewhereIsTakenUpBeforeTheFirstStep() throws Exception {
        DecodeLoop small =
                loop(engine, BatchingOptions.defaults().withMaxSequences(2).withMaxWaiting(1));
        List<Heard> heard = new ArrayList<>();
        for (int session = 0; session < 6; session++) {
            heard.add(new Heard());
            boolean ran = session >= 3;
            TurnOptions turn = new TurnOptions(6, List.of(), true);
            small.submit(
                    request(session, prompt(3, session), ran && session < 5 ? 1 : 0, DRAWN, turn), heard.get(session));
        }

        assertThat(heard.subList(0, 3)).noneMatch(Heard::over); // two places and one to wait in
        assertThat(heard.subList(3, 5)).noneMatch(Heard::over);
        assertThat(heard.get(5).failed().failure()).isEqualTo(Failure.FULL);
        runAll(small);
        assertThat(heard.subList(0, 5)).allMatch(each -> each.ended().reason() == FinishReason.LENGTH);
    }

    @Test
    void badRequestsAreSentencesAndNothingRuns() throws Exception {
        assertBad(greedy(1, prompt(3, 1).plus(VOCABULARY)), "token 257 is not in the vocabulary");
        SamplingOptions biased =
                SamplingOptions.builder().logitBias(Map.of(900, 1f)).build();
        assertBad(request(1, prompt(3, 1), 0, biased, new TurnOptions(2, List.of(), true)), "token 900");
        assertBad(
                request(1, prompt(8, 1), 4, DRAWN, new TurnOptions(2, List.of(), true)),
                "ended after 2 tokens, but 4 are said");
        assertBad(new DecodeRequest.Score(1, prompt(1, 1), 1, 0, 8), "nothing to score");
        assertBad(new DecodeRequest.Score(1, prompt(4, 1), 0, 5, 8), "from token 0");
        assertThat(engine.steps()).isEmpty();
        assertThat(engine.open()).isZero();
    }

    private void assertBad(DecodeRequest request, String sentence) throws EngineException {
        DecodeEvent.Failed failed = Heard.run(loop, request).failed();
        assertThat(failed.failure()).isEqualTo(Failure.BAD_REQUEST);
        assertThat(failed.message()).contains(sentence);
    }

    @Test
    void aScoreIsThatOfSingleRowsHoweverItIsFed() throws Exception {
        TokenIds text = prompt(30, 4);
        Heard single = Heard.run(loop, new DecodeRequest.Score(1, text, 1, 5, 1));
        assertThat(engine.steps()).hasSize(30).allMatch(runs -> runs.equals(List.of(1)));
        engine.steps().clear();

        Heard chunks = Heard.run(loop, new DecodeRequest.Score(1, text, 1, 5, 1000));
        Heard half = Heard.run(loop, new DecodeRequest.Score(1, text, 16, 0, 1000));

        assertThat(engine.steps().getFirst()).containsExactly(6); // as many rows as may have logits
        assertThat(chunks.scores(1)).isEqualTo(single.scores(1)).hasSize(29);
        assertThat(chunks.ended()).isEqualTo(single.ended());
        assertThat(chunks.ended().best()).hasSize(5);
        assertThat(half.scores(16)).isEqualTo(single.scores(1).subList(15, 29));
        assertThat(half.ended().best()).isEmpty();
        assertThat(half.ended().figures().entries()).isEqualTo(29); // nothing asks for what follows the last
    }

    @Test
    void scoresAndAnswersShareSteps() throws Exception {
        TokenIds text = prompt(40, 4);
        Heard answer = new Heard();
        Heard score = new Heard();
        loop.submit(greedy(1, prompt(3, 1)), answer);
        loop.step();
        loop.submit(new DecodeRequest.Score(2, text, 1, 5, 1000), score);
        runAll(loop);

        assertThat(score.scores(1))
                .isEqualTo(Heard.run(loop, new DecodeRequest.Score(3, text, 1, 5, 1))
                        .scores(1));
        assertThat(answer.tokens())
                .isEqualTo(Heard.run(loop, greedy(4, prompt(3, 1))).tokens());
        assertThat(engine.steps()).anyMatch(runs -> runs.equals(List.of(1, 5)));
    }

    private static DecodeLoop loop(FakeEngine engine, BatchingOptions options) {
        return new DecodeLoop(engine, new ByteTokenizer(), options, () -> 0); // always the least rows beside decoding
    }

    private static void runAll(DecodeLoop loop) throws EngineException {
        int steps = 0;
        while (loop.step()) {
            assertThat(++steps).isLessThan(1000);
        }
    }

    /** Printable bytes. */
    private static TokenIds prompt(int tokens, long seed) {
        return TokenIds.of(new Random(seed).ints(tokens, 'a', 'z').toArray());
    }

    private static DecodeRequest.Generate greedy(long session, TokenIds log) {
        return request(session, log, 0, SamplingOptions.defaults(), new TurnOptions(6, List.of(), true));
    }

    private static DecodeRequest.Generate kept(long session, TokenIds log, TurnOptions turn) {
        return new DecodeRequest.Generate(session, log, 0, DRAWN, 11, turn, true);
    }

    private static DecodeRequest.Generate request(
            long session, TokenIds log, int answered, SamplingOptions sampling, TurnOptions turn) {
        return new DecodeRequest.Generate(session, log, answered, sampling, 11, turn, false);
    }
}
