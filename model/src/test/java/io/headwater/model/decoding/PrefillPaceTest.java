/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.FakeEngine;
import io.headwater.model.generation.ByteTokenizer;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A long prompt beside decoding sequences, on a clock that this test moves: a step takes 10 ms, and 1 ms more for each row. */
final class PrefillPaceTest {
    private static final long STEP = 10_000_000;
    private static final long ROW = 1_000_000;

    private final FakeEngine engine = new FakeEngine(4096, ByteTokenizer.END + 1, 128, 16);
    private long now;
    private final DecodeLoop loop =
            new DecodeLoop(engine, new ByteTokenizer(), BatchingOptions.defaults(), () -> now += cost());
    private boolean inside;

    /** The clock is read before and after each step. */
    private long cost() {
        inside = !inside;
        return inside ? 0 : STEP + ROW * rows(engine.steps().getLast());
    }

    private static int rows(List<Integer> runs) {
        return runs.stream().mapToInt(Integer::intValue).sum();
    }

    @Test
    void aLongPromptMakesNoStepLongAndIsReadWithoutDelay() throws EngineException {
        for (int session = 0; session < 4; session++) {
            loop.submit(generate(session, 20, 400), _ -> {});
        }
        for (int i = 0; i < 50; i++) {
            loop.step();
        }
        engine.steps().clear();
        Heard prompt = new Heard();
        loop.submit(generate(9, 2000, 1), prompt);
        while (!prompt.over()) {
            loop.step();
        }

        assertThat(engine.steps()).allMatch(runs -> runs.size() == 5);
        assertThat(engine.steps()).allMatch(runs -> STEP + ROW * rows(runs) <= 3.2 * (STEP + 4 * ROW));
        assertThat(engine.steps()).hasSizeBetween(70, 110); // 28 rows a step are affordable
    }

    @Test
    void manyShortPromptsAreAllReadBeforeTheFirstAnswersAreLong() throws EngineException {
        warmUp();
        engine.steps().clear();
        List<Heard> clients = new ArrayList<>();
        for (int session = 0; session < 8; session++) {
            clients.add(new Heard());
            loop.submit(generate(session, 64, 100), clients.getLast());
        }
        long start = now;
        while (clients.stream().anyMatch(client -> client.tokens().isEmpty())) {
            loop.step();
        }

        long promptsAlone = 4 * STEP + 8 * 64 * ROW;
        assertThat(now - start).isLessThan(promptsAlone * 6 / 5);
    }

    /** So that what a step costs is known. */
    private void warmUp() throws EngineException {
        loop.submit(generate(100, 20, 50), _ -> {});
        loop.submit(generate(101, 500, 1), _ -> {});
        while (loop.step()) {}
    }

    @Test
    void stepsOfAPromptByItselfBesideOthersGrowAsFarAsTheyMay() {
        PrefillPace pace = new PrefillPace(BatchingOptions.defaults());
        pace.stepped(4, 0, STEP);
        pace.steppedAlone(8, 8 * ROW);
        assertThat(pace.rows(4, 1)).isEqualTo(16);

        pace.steppedAlone(16, 16 * ROW);

        assertThat(pace.rows(4, 1)).isEqualTo(20);
    }

    /** What a step of one decode row took says little of one of 14. */
    @Test
    void besideManySequencesThatHaveNeverDecodedAloneAPromptGetsItsShareOfAStep() {
        PrefillPace pace = new PrefillPace(BatchingOptions.defaults());
        pace.stepped(1, 0, STEP + ROW);
        pace.stepped(0, 128, STEP + 128 * ROW);
        for (int step = 0; step < 10; step++) {
            int rows = pace.rows(14, 1);
            pace.stepped(14, rows, STEP + (14 + rows) * ROW);
        }

        assertThat(pace.rows(14, 1)).as("a step may take three times 24 ms").isBetween(40, 52);
        assertThat(pace.rows(1, 1)).as("a step may take three times 11 ms").isBetween(18, 24);
    }

    @Test
    void aloneAPromptGoesInWholeChunks() throws EngineException {
        Heard heard = Heard.run(loop, generate(1, 300, 1));

        assertThat(engine.steps()).containsExactly(List.of(128), List.of(128), List.of(44));
        assertThat(heard.prefilled()).hasSize(4);
    }

    @Test
    void promptsAreReadInTheOrderTheyCame() throws EngineException {
        List<String> order = new ArrayList<>();
        for (int session = 0; session < 3; session++) {
            String name = "prompt " + session;
            loop.submit(generate(session, 200, 1), event -> {
                if (event instanceof DecodeEvent.Ended) {
                    order.add(name);
                }
            });
        }
        while (loop.step()) {}

        assertThat(order).containsExactly("prompt 0", "prompt 1", "prompt 2");
        assertThat(engine.steps().get(1)).containsExactly(72, 56);
    }

    private static DecodeRequest.Generate generate(long session, int prompt, int tokens) {
        int[] ids = new int[prompt];
        Arrays.fill(ids, 'a');
        return new DecodeRequest.Generate(
                session,
                TokenIds.of(ids),
                0,
                SamplingOptions.defaults(),
                0,
                new TurnOptions(tokens, List.of(), true),
                false);
    }
}
