/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.headwater.compression.KvPolicy;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A leader's batch, written into rows and read out of them by a follower with an engine of its own. */
final class FollowedSequencesTest {
    private static final int[] TOKENS = {5, 6, 7, 8, 9, 10, 11};

    private LlamaModel model;
    private EngineGroup leader;
    private EngineGroup follower;
    private FollowedSequences followed;
    private StepRows rows;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        model = LlamaModel.open(TinyModel.create().write(directory));
        EngineOptions options = EngineOptions.of(1, 1, 64).withChunkRows(16);
        leader = EngineGroup.start(model, options, LoadListener.SILENT);
        follower = EngineGroup.start(model, options, LoadListener.SILENT);
        followed = new FollowedSequences(follower);
        rows = new StepRows(leader.maxRows());
    }

    @AfterEach
    void stop() {
        followed.closeAll();
        follower.close();
        leader.close();
        model.close();
    }

    @Test
    void rebuildsTheLeadersBatchRunByRun() throws Exception {
        try (Sequence one = leader.open(71);
                Sequence two = leader.open(-3)) {
            StepBatch step = leader.nextStep();
            step.add(one, TOKENS, 0, 4, 1);
            step.add(two, TOKENS, 4, 7, 2);
            rows.add(step);

            StepBatch copy = followed.apply(rows);

            assertSame(step, copy);
            assertEquals(2, followed.count());
        }
    }

    @Test
    void goesOnWhereTheLeaderDoes() throws Exception {
        try (Sequence one = leader.open(71);
                Sequence two = leader.open(72)) {
            for (int token = 0; token < 5; token++) {
                StepBatch step = leader.nextStep();
                step.add(one, TOKENS, token, token + 1, 1);
                step.add(two, TOKENS, token, token + 2, 0);
                both(step);
            }

            assertEquals(5, one.position());
        }
    }

    @Test
    void keepsNeighboursApartThatLookLikeOneRun() throws Exception {
        try (Sequence one = leader.open(71);
                Sequence two = leader.open(72)) {
            StepBatch first = leader.nextStep();
            first.add(two, TOKENS, 0, 1, 0);
            both(first);
            StepBatch step = leader.nextStep();
            step.add(one, TOKENS, 0, 1, 1);
            step.add(two, TOKENS, 1, 2, 1); // position 1 after position 0
            both(step);
        }
    }

    @Test
    void opensASequenceAsTheLeaderKeepsItAndMarksItsChangePoints() throws Exception {
        KvOptions options =
                new KvOptions(KvPolicy.parse("ems:gamma=1,tau=0.7,window=16"), 123_456, 17, Integer.MAX_VALUE);
        OpenRows.add(71, options, rows);
        assertEquals(OpenRows.count(options), rows.count());
        assertEquals(0, followed.apply(rows).rows());
        rows.clear();
        try (Sequence one = leader.open(71, options);
                Sequence two = leader.open(72)) {
            StepBatch step = leader.nextStep();
            step.add(one, TOKENS, 0, 3, 0);
            step.changeAfterLast();
            step.add(two, TOKENS, 3, 5, 1);
            rows.add(step);

            StepBatch copy = followed.apply(rows);

            assertSame(step, copy);
            assertEquals(options, copy.sequence(0).options());
            assertEquals(KvOptions.NONE, copy.sequence(1).options());
            assertTrue(copy.changesAfter(0));
            assertFalse(copy.changesAfter(1));
        }
    }

    @Test
    void readsAPromptByStagesAsTheLeaderDoes() throws Exception {
        KvOptions options =
                new KvOptions(KvPolicy.parse("uncomp:allocation=uniform,window=4,stages=on/2/1x10"), 30, 16, 64);
        OpenRows.add(71, options, rows);
        followed.apply(rows);
        int[] tokens =
                IntStream.range(0, 41).map(i -> TOKENS[i % TOKENS.length]).toArray();
        try (Sequence one = leader.open(71, options)) {
            List<String> steps = new ArrayList<>();
            while (one.position() == 0) {
                StepBatch step = leader.nextStep();
                int count = step.addStaged(one, tokens, 40, 16, 1);
                steps.add(count + (step.endsStage() ? " ends" : step.changesAfter(0) ? " changes" : ""));
                both(step);
                assertArrayEquals(leader.logits(), follower.logits());
            }
            assertEquals(List.of("16", "16", "8 ends", "10 changes"), steps);

            StepBatch next = leader.nextStep();
            next.add(one, tokens, 40, 41, 1);
            both(next);
            assertArrayEquals(leader.logits(), follower.logits());
        }
    }

    @Test
    void refusesStagesThatItDoesNotKnowOrThatMissAStep() throws Exception {
        rows.add(71, 0, 1, StepRows.STAGED);
        assertRefused("has no stages: KV policy none does not name any: the leader's program differs");

        KvOptions options =
                new KvOptions(KvPolicy.parse("uncomp:allocation=uniform,window=4,stages=on/2/1x10"), 30, 16, 64);
        rows.clear();
        OpenRows.add(72, options, rows);
        followed.apply(rows);
        rows.clear();
        rows.add(72, 3, 1, StepRows.STAGED);
        assertRefused("sequence 72 is at position 3 of the leader, at 0 here");
    }

    @Test
    void bringsASequenceDownToABudgetWithoutRowsOfItsOwn() throws Exception {
        KvOptions options = new KvOptions(KvPolicy.parse("knorm"), 40, 16, 64);
        OpenRows.add(71, options, rows);
        followed.apply(rows);
        rows.clear();
        try (Sequence one = leader.open(71, options)) {
            StepBatch step = leader.nextStep();
            step.add(one, TOKENS, 0, 7, 0);
            both(step);
            StepBatch budgets = leader.nextStep();
            budgets.addBudget(one, 5);
            both(budgets);

            StepBatch next = leader.nextStep();
            next.add(one, TOKENS, 0, 1, 0);
            rows.clear();
            rows.add(next);
            StepBatch copy = followed.apply(rows);
            assertEquals(5, one.inForce().budget());
            assertEquals(5, copy.sequence(0).inForce().budget());
            assertEquals(5, copy.sequence(0).meanHead());
            assertEquals(options, copy.sequence(0).options());
        }
    }

    @Test
    void takesAReconstructionBackInItsMiddleWithoutRowsOfItsOwn() throws Exception {
        KvOptions options = new KvOptions(KvPolicy.parse("kvzip:when=idle"), 40, 16, 64);
        OpenRows.add(71, options, rows);
        followed.apply(rows);
        try (Sequence one = leader.open(71, options)) {
            StepBatch step = leader.nextStep();
            step.add(one, TOKENS, 0, 4, 1);
            both(step);
            StepBatch repeats = leader.nextStep();
            repeats.add(one, TOKENS, 0, 3, 0);
            repeats.repeatLast(false);
            both(repeats);
            assertEquals(3, one.repeated());

            StepBatch rewinds = leader.nextStep();
            rewinds.addRewind(one);
            both(rewinds);

            StepBatch next = leader.nextStep();
            next.add(one, TOKENS, 4, 5, 1);
            rows.clear();
            rows.add(next);
            Sequence copy = followed.apply(rows).sequence(0);
            for (Sequence each : List.of(one, copy)) {
                assertEquals(0, each.repeated());
                assertEquals(4, each.position());
                assertEquals(4, each.meanHead());
            }
        }
    }

    @Test
    void refusesABudgetAmongOtherRowsOrOneThatTheSequenceCannotHave() throws Exception {
        KvOptions options = new KvOptions(KvPolicy.parse("knorm"), 40, 16, 64);
        OpenRows.add(71, options, rows);
        followed.apply(rows);
        rows.clear();
        rows.add(71, 0, 41, StepRows.BUDGET);
        assertRefused("budget 41 of 40");
        rows.clear();
        rows.add(71, 1, 5, StepRows.BUDGET);
        assertRefused("at position 1 of the leader, at 0 here");
        rows.clear();
        rows.add(71, 0, 5, StepRows.BUDGET);
        rows.add(71, 0, 1, (byte) 0);
        assertRefused("out of place");
    }

    @Test
    void refusesToOpenAsItDoesNotKnow() {
        rows.add(71, 64, 64, StepRows.OPEN);
        rows.add(71, 8192, 4, StepRows.OPEN);
        rows.add(71, 0x68326f21, 0, StepRows.OPEN); // "h2o!"
        StepStreamException unknown = assertThrows(StepStreamException.class, () -> followed.apply(rows));
        assertTrue(String.valueOf(unknown.getMessage()).contains("unknown KV policy"));
        rows.clear();
        rows.add(71, 64, 64, StepRows.OPEN);
        assertThrows(StepStreamException.class, () -> followed.apply(rows), "a part is missing");
        rows.clear();
        OpenRows.add(71, KvOptions.NONE, rows);
        rows.add(71, 0, 5, (byte) 0);
        assertThrows(StepStreamException.class, () -> followed.apply(rows), "a step among them");
    }

    @Test
    void closesASequenceAndOpensItsNumberAgain() throws Exception {
        Sequence one = leader.open(71);
        StepBatch step = leader.nextStep();
        step.add(one, TOKENS, 0, 4, 1);
        both(step);

        rows.clear();
        rows.addClose(71, one.position());
        leader.close(one);
        try (Sequence again = leader.open(71)) {
            StepBatch next = leader.nextStep();
            next.add(again, TOKENS, 0, 2, 1);
            rows.add(next);

            assertSame(next, followed.apply(rows));
        }
        assertEquals(1, followed.count());
    }

    @Test
    void aMessageThatOnlyClosesHasNoStep() throws Exception {
        try (Sequence one = leader.open(71)) {
            StepBatch step = leader.nextStep();
            step.add(one, TOKENS, 0, 4, 1);
            both(step);
            rows.clear();
            rows.addClose(71, 4);

            assertEquals(0, followed.apply(rows).rows());
        }
        assertEquals(0, followed.count());
    }

    @Test
    void refusesAGap() throws Exception {
        try (Sequence one = leader.open(71)) {
            StepBatch step = leader.nextStep();
            step.add(one, TOKENS, 0, 4, 1);
            both(step);
        }
        rows.clear();
        rows.add(71, 5, 1, StepRows.WANTED);

        assertRefused("at position 5 of the leader, at 4 here");
    }

    @Test
    void refusesAStepThatComesAgain() throws Exception {
        try (Sequence one = leader.open(71)) {
            StepBatch step = leader.nextStep();
            step.add(one, TOKENS, 0, 4, 1);
            both(step);
        }

        assertRefused("at position 0 of the leader, at 4 here");
    }

    @Test
    void refusesASequenceThatItDoesNotKnow() {
        rows.add(71, 3, 1, StepRows.WANTED);

        assertRefused("not open here");
    }

    @Test
    void refusesToCloseWhatIsNotOpen() {
        rows.addClose(71, 4);

        assertRefused("not open here");
    }

    @Test
    void refusesRowsOutOfPlace() {
        rows.add(71, 0, 1, StepRows.WANTED);
        rows.add(71, 1, 1, (byte) 0);

        assertRefused("out of place");
    }

    @Test
    void refusesMoreRowsThanAStepHas() {
        StepRows wide = new StepRows(64);
        for (int position = 0; position < 17; position++) {
            wide.add(71, position, 1, (byte) 0);
        }
        rows = wide;

        assertRefused("out of place");
    }

    private void assertRefused(String why) {
        StepStreamException refused = assertThrows(StepStreamException.class, () -> followed.apply(rows));
        assertTrue(String.valueOf(refused.getMessage()).contains(why), refused.getMessage());
    }

    /** Sends a step over and runs it on both sides. */
    private void both(StepBatch step) throws Exception {
        rows.clear();
        rows.add(step);
        StepBatch copy = followed.apply(rows);
        assertSame(step, copy);
        leader.run(step);
        follower.run(copy);
    }

    private static void assertSame(StepBatch expected, StepBatch actual) {
        assertEquals(expected.runs(), actual.runs());
        assertEquals(expected.staged(), actual.staged());
        assertEquals(expected.endsStage(), actual.endsStage());
        assertEquals(expected.rows(), actual.rows());
        for (int run = 0; run < expected.runs(); run++) {
            assertEquals(expected.sequence(run).id(), actual.sequence(run).id());
            assertEquals(expected.sequence(run).position(), actual.sequence(run).position());
            assertEquals(expected.rowsOf(run), actual.rowsOf(run));
            assertEquals(expected.wantedOf(run), actual.wantedOf(run));
            assertEquals(expected.changesAfter(run), actual.changesAfter(run));
        }
        for (int row = 0; row < expected.rows(); row++) {
            assertEquals(expected.token(row), actual.token(row));
        }
    }
}
