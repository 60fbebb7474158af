/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyDescription;
import io.headwater.compression.allocation.Allocation;
import io.headwater.model.engine.CalibratedPolicies;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.HashingEngine;
import io.headwater.model.engine.HashingEngine.Fingerprint;
import io.headwater.model.engine.KernelChoice;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.tensors.kernels.KernelWidth;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A compressed cache is a function of the log (DESIGN 5.9): two turns with changes in both prompts and answers leave the same tokens, the same
 * log-probabilities and the same state of the cache, to the last bit, on any number of shards and threads, in any chunks and batch, on every
 * kernel, live or built again.
 */
final class CompressedReplayTest {
    private static final int CONTEXT = 512;
    private static final int SHORT_CONTEXT = 196;
    private static final int FIRST_PROMPT = 200;
    private static final int SECOND_PROMPT = 40;
    private static final int ANSWER = 40;
    /** Tokens of the second answer that had been told when it is built again: of each layout another one. */
    private static final int[] CUTS = {ANSWER - 1, 17, 1};
    /** Three and a half of the store's blocks of 32: where all heads compete, some win more. kv-compress rounds it up to four. */
    private static final int BUDGET = 112;
    /** One and a half, kv-compress two: a head of a re-based session may have up to half of the short context, three blocks. */
    private static final int SHORT_BUDGET = 48;
    /** Of the weights: with it kv-compress's heads do not come out alike in either context, as they do of many others. */
    private static final int SEED = 37;

    private static final SamplingOptions DRAWN = SamplingOptions.builder()
            .temperature(1.1)
            .repeatPenalty(1.2)
            .logprobs(4)
            .build();

    @TempDir
    private Path directory;

    private Path file = Path.of("");
    private KvOptions kv = KvOptions.NONE;
    private List<Heard> live = List.of();
    private Fingerprint state = new Fingerprint(List.of(), List.of(), 0, 0);

    @BeforeEach
    void writeModel() throws Exception {
        file = TinyModel.create()
                .heads(6, 3)
                .headDim(32)
                .seed(SEED)
                .contextLength(CONTEXT)
                .write(directory);
    }

    static Stream<String> policies() {
        return Stream.concat(
                exact(),
                Stream.of("uncomp:stages=on,min-tokens=24", "uncomp:stages=on,min-tokens=24,allocation=global"));
    }

    /** Those that change nothing before a budget is reached. */
    static Stream<String> exact() {
        return Stream.concat(
                KvPolicy.known().stream().map(PolicyDescription::name).filter(name -> !name.equals("none")),
                Stream.of(
                        "ems:gamma=2,tau=0.2",
                        "ems:storage=compact,tau=0.2",
                        "ems:allocation=adaptive",
                        "g-kv:allocation=global",
                        "ems:score=reconstruction,allocation=global",
                        "h2o:allocation=pyramid",
                        "ems:allocation=entropy/3"));
    }

    /** With its own window if that is small beside the budget. */
    private static KvOptions options(String name, int budget) throws Exception {
        boolean small = KvPolicy.parse(name).window() <= budget / 3;
        KvPolicy policy = CalibratedPolicies.parse(small ? name : name + (name.contains(":") ? "," : ":") + "window=8");
        return new KvOptions(policy, budget, 16, 64);
    }

    @ParameterizedTest
    @MethodSource("policies")
    void aCacheIsTheSameLiveOrBuiltAgainOnAnyLayout(String name) throws Exception {
        checkLayouts(options(name, BUDGET), CONTEXT);
        assertThat(live.get(1).ended().figures().compressions()).isGreaterThanOrEqualTo(8);
        checkLengths(name);
        assertThat(live.get(1).ended().figures().rebasings()).isZero();
    }

    @ParameterizedTest
    @MethodSource("policies")
    void aSessionBeyondItsContextIsTheSameLiveOrBuiltAgainOnAnyLayout(String name) throws Exception {
        checkLayouts(options(name, SHORT_BUDGET), SHORT_CONTEXT);
        checkLengths(name);
        // in the first prompt after 196 tokens, in the second answer after 294
        assertThat(live.get(0).ended().figures().rebasings()).isEqualTo(1);
        assertThat(live.get(1).ended().figures().rebasings()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"snapkv", "ems"})
    void aBudgetAboveHalfTheContextGivesWayWherePositionsStartAnew(String name) throws Exception {
        checkLayouts(options(name, BUDGET), SHORT_CONTEXT);
        assertThat(live.get(1).ended().figures().rebasings()).isEqualTo(2);
    }

    private void checkLengths(String name) {
        assertThat(state.lengths().stream().distinct().count() > 1)
                .as("heads of different lengths: " + state.lengths())
                .isEqualTo(kv.policy().allocation() != Allocation.UNIFORM || name.equals("pyramidkv"));
    }

    private void checkLayouts(KvOptions asked, int context) throws Exception {
        kv = asked;
        with(EngineOptions.of(1, 1, context).withKernels(KernelChoice.SCALAR), engine -> {
            live = liveTurns(engine);
            state = engine.closed().getFirst();
        });
        assertThat(state.lengths().stream().mapToInt(Integer::intValue).sum())
                .as("however it is divided")
                .isLessThanOrEqualTo(state.lengths().size() * (wholeBlocks(asked.budget()) + 64));

        List<EngineOptions> layouts = layouts(context);
        for (int i = 0; i < layouts.size(); i++) {
            EngineOptions options = layouts.get(i);
            int cut = CUTS[i % CUTS.length];
            with(options, engine -> {
                List<Heard> again = liveTurns(engine);
                assertSame(options + ", live", again.get(0), live.get(0), 0);
                assertSame(options + ", live", again.get(1), live.get(1), 0);
                assertSame(options + ", live", engine.closed().getFirst());

                Heard rest = Heard.run(loop(engine), secondTurn(cut));
                assertSame(options + ", built again at " + cut, rest, live.get(1), cut);
                assertSame(options + ", built again at " + cut, engine.closed().getLast());
            });
        }
    }

    private static int wholeBlocks(int entries) {
        return Math.ceilDiv(entries, KvLayout.BLOCK_ENTRIES) * KvLayout.BLOCK_ENTRIES;
    }

    @ParameterizedTest
    @MethodSource("policies")
    void neighboursInABatchChangeNothing(String name) throws Exception {
        kv = options(name, BUDGET);
        with(EngineOptions.of(1, 1, CONTEXT), engine -> {
            live = liveTurns(engine);
            state = engine.closed().getFirst();
        });
        with(EngineOptions.of(3, 1, CONTEXT).withChunkRows(24), engine -> {
            DecodeLoop loop = loop(engine);
            List<Heard> heard = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                heard.add(new Heard());
                KvOptions other = i == 1 ? KvOptions.NONE : new KvOptions(kv.policy(), 40 + i, 16 + i, 50 + i);
                loop.submit(turn(100 + i, prompt(90 + 30 * i, i), 0, other, List.of(), false), heard.getLast());
            }
            Heard ours = new Heard();
            loop.submit(secondTurn(7), ours);
            while (loop.step()) {}
            assertSame("in a batch", ours, live.get(1), 7);
            assertThat(engine.closed()).anyMatch(one -> one.heads().equals(state.heads()));
        });
    }

    @ParameterizedTest
    @MethodSource("exact")
    void aBudgetThatIsNeverReachedGivesTheBitsOfTheFullCache(String name) throws Exception {
        kv = KvOptions.NONE;
        with(EngineOptions.of(1, 2, CONTEXT), engine -> live = liveTurns(engine));
        boolean uneven = name.contains("pyramid") || name.contains("entropy");
        int budget = uneven ? 20 * CONTEXT : CONTEXT - 12; // enough in the last layer and the poorest head, too
        kv = options(name, budget);
        with(EngineOptions.of(2, 1, CONTEXT), engine -> {
            List<Heard> roomy = liveTurns(engine);
            assertSame("first turn", roomy.get(0), live.get(0), 0);
            assertSame("second turn", roomy.get(1), live.get(1), 0);
        });
    }

    private static List<EngineOptions> layouts(int context) {
        List<EngineOptions> layouts = new ArrayList<>();
        for (KernelWidth width : KernelWidth.values()) {
            if (width.bits() <= KernelWidth.preferredBits()) {
                layouts.add(EngineOptions.of(1, 1, context)
                        .withChunkRows(1 + layouts.size() * 6)
                        .withKernels(KernelChoice.valueOf("VECTOR" + width.bits())));
            }
        }
        layouts.add(EngineOptions.of(1, 2, context).withChunkRows(1));
        layouts.add(EngineOptions.of(2, 1, context).withChunkRows(7));
        layouts.add(EngineOptions.of(3, 1, context).withChunkRows(64));
        layouts.add(EngineOptions.of(1, 3, context));
        return layouts;
    }

    /** Both turns in one session that stays open between them; closing it leaves its fingerprint. */
    private List<Heard> liveTurns(HashingEngine engine) throws EngineException {
        DecodeLoop loop = loop(engine);
        TokenIds first = prompt(FIRST_PROMPT, 1);
        Heard one = Heard.run(loop, turn(5, first, 0, kv, List.of(), true));
        TokenIds log =
                first.plus(one.ids().toArray()).plus(prompt(SECOND_PROMPT, 2).toArray());
        Heard two =
                Heard.run(loop, turn(5, log, 0, kv, List.of(new PastTurn(FIRST_PROMPT, FIRST_PROMPT + ANSWER)), false));
        assertThat(two.prefilled().getFirst().done())
                .as("the kept cache goes on")
                .isEqualTo(FIRST_PROMPT + ANSWER - 1);
        return List.of(one, two);
    }

    /** The second turn, of whose answer so much has been told. */
    private DecodeRequest.Generate secondTurn(int told) {
        TokenIds log = prompt(FIRST_PROMPT, 1)
                .plus(live.get(0).ids().toArray())
                .plus(prompt(SECOND_PROMPT, 2).toArray())
                .plus(Arrays.copyOf(live.get(1).ids().toArray(), told));
        return turn(5, log, told, kv, List.of(new PastTurn(FIRST_PROMPT, FIRST_PROMPT + ANSWER)), false);
    }

    private static DecodeRequest.Generate turn(
            long session, TokenIds log, int answered, KvOptions kv, List<PastTurn> past, boolean keep) {
        TurnOptions turn = new TurnOptions(ANSWER, List.of(), true);
        return new DecodeRequest.Generate(session, log, answered, DRAWN, 3, turn, keep, kv, past);
    }

    private static TokenIds prompt(int tokens, long seed) {
        return TokenIds.of(new Random(seed).ints(tokens, 0, 256).toArray());
    }

    private static DecodeLoop loop(HashingEngine engine) {
        return new DecodeLoop(engine, engine.tokenizer(), BatchingOptions.defaults());
    }

    private static void assertSame(String what, Heard actual, Heard expected, int from) {
        assertThat(actual.tokens())
                .as(what)
                .isEqualTo(expected.tokens().subList(from, expected.tokens().size()));
    }

    private void assertSame(String what, Fingerprint actual) {
        assertThat(actual.position()).as(what).isEqualTo(state.position());
        assertThat(actual.lengths()).as(what).isEqualTo(state.lengths());
        assertThat(actual.heads()).as(what).isEqualTo(state.heads());
    }

    private void with(EngineOptions options, HashingEngine.Check check) throws Exception {
        HashingEngine.with(file, options, check);
    }
}
