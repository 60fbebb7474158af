/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.KvPolicy;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.Rebasing;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class ChangePointsTest {
    @Test
    void aFullCacheNeverChanges() {
        assertThat(new ChangePoints(KvOptions.NONE, Rebasing.NEVER, List.of(), 10).next(0, 0))
                .isEqualTo(ChangePoints.NEVER);
    }

    @Test
    void aCacheChangesAtThePromptsEndAndThenEveryIntervalOfTheAnswer() throws Exception {
        assertThat(changes(of(List.of(), 100, 16, 8192), 150)).containsExactly(100, 116, 132, 148);
    }

    @Test
    void aLongPromptChangesEveryLimitAndAtItsEnd() throws Exception {
        assertThat(changes(of(List.of(), 100, 16, 40), 120)).containsExactly(40, 80, 100, 116);
        assertThat(changes(of(List.of(), 80, 16, 40), 100)).containsExactly(40, 80, 96);
    }

    @Test
    void aPolicyThatWaitsUntilTheSessionIsIdleChangesEveryLimitWhereverThatFalls() throws Exception {
        KvOptions kv = new KvOptions(KvPolicy.parse("kvzip:when=idle"), 64, 16, 40);
        List<PastTurn> past = List.of(new PastTurn(50, 70));

        assertThat(changes(new ChangePoints(kv, Rebasing.NEVER, past, 90), 130)).containsExactly(40, 80, 120);
    }

    @Test
    void aFurtherTurnCountsFromTheLastChangeAndItsPromptBeginsWithTheAnswersLastToken() throws Exception {
        ChangePoints two = of(List.of(new PastTurn(50, 70)), 90, 16, 30);

        assertThat(changes(two, 110)).containsExactly(30, 50, 66, 90, 106);
        assertThat(changes(of(List.of(new PastTurn(50, 83)), 90, 16, 30), 100))
                .as("a change at 82, where only the last token is missing, belongs to the answer")
                .containsExactly(30, 50, 66, 82, 90);
        assertThat(changes(of(List.of(new PastTurn(50, 82)), 90, 16, 30), 100))
                .as("one token fewer: the answer ends before it")
                .containsExactly(30, 50, 66, 90);
        assertThat(changes(of(List.of(new PastTurn(50, 82)), 99, 16, 20), 100))
                .as("the prompt's limit counts from the answer's change")
                .containsExactly(20, 40, 50, 66, 86, 99);
    }

    @Test
    void anAnswerOfOneTokenLeavesNothingBetweenTwoPrompts() throws Exception {
        assertThat(changes(of(List.of(new PastTurn(50, 51)), 51, 16, 8192), 70)).containsExactly(50, 51, 67);
    }

    @Test
    void aPromptLimitBelowWhatTheAnswerHasGatheredChangesAtOnce() throws Exception {
        assertThat(changes(of(List.of(new PastTurn(50, 62)), 90, 16, 4), 66)).endsWith(50, 62, 66);
    }

    @Test
    void theNextChangeIsTheSameFromAnywhereBeforeIt() throws Exception {
        ChangePoints points = of(List.of(new PastTurn(50, 83), new PastTurn(99, 140)), 200, 16, 30);
        int last = 0;
        for (int change : changes(points, 300)) {
            for (int position = last; position < change; position++) {
                assertThat(points.next(position, last)).as("from %d", position).isEqualTo(change);
            }
            last = change;
        }
    }

    @Test
    void aLogOfChangesAgreesOnlyWithTheSameTurns() throws Exception {
        ChangeLog log = new ChangeLog();
        List.of(30, 50, 66).forEach(change -> log.add(change, ChangePoints.NEVER));

        assertThat(agrees(log, of(List.of(), 50, 16, 30), 70)).isTrue();
        assertThat(agrees(log, of(List.of(new PastTurn(50, 71)), 90, 16, 30), 70))
                .isTrue();
        assertThat(agrees(log, of(List.of(), 90, 16, 30), 70))
                .as("another prompt's end")
                .isFalse();
        assertThat(agrees(log, of(List.of(), 50, 16, 30), 82))
                .as("a change is missing")
                .isFalse();
        assertThat(agrees(log, of(List.of(), 50, 17, 30), 70))
                .as("another interval")
                .isFalse();
    }

    @Test
    void turnsThatDoNotFollowEachOtherAreRefused() {
        assertThatThrownBy(() -> of(List.of(new PastTurn(50, 70)), 60, 16, 30)).hasMessageContaining("turns follow");
        assertThatThrownBy(() -> of(List.of(new PastTurn(50, 70), new PastTurn(60, 90)), 100, 16, 30))
                .hasMessageContaining("turns follow");
        assertThatThrownBy(() -> new PastTurn(50, 50)).hasMessageContaining("both have tokens");
    }

    @Test
    void budgetEventsFollowWhatTokenCountsAskForAndTheIntervalCountsFromThem() throws Exception {
        ChangePoints points = of(List.of(), 50, 16, 30);
        BudgetLog budgets =
                told(points.options(), new BudgetEvent(50, 400), new BudgetEvent(55, 300), new BudgetEvent(55, 500));

        ChangeLog log = ChangeLog.due(points, budgets, 90);

        assertThat(IntStream.range(0, log.count()).map(log::get).boxed())
                .as("at 50 the prompt's end first")
                .containsExactly(30, 50, 50, 55, 55, 71, 87);
        assertThat(IntStream.range(0, log.count()).filter(log::isEvent).boxed()).containsExactly(2, 3, 4);
        assertThat(log.budget(1000)).isEqualTo(500);
        assertThat(ChangeLog.due(points, budgets, 54).budget(1000)).isEqualTo(400);
        assertThat(log.agreesWith(points, budgets, 90)).isTrue();
        assertThat(agrees(log, points, 90)).as("without the budgets").isFalse();
    }

    @Test
    void budgetsThatCannotHaveBeenAreRefused() throws Exception {
        KvOptions kv = of(List.of(), 50, 16, 30).options();
        assertThatThrownBy(() -> told(kv, new BudgetEvent(9, 1001))).hasMessageContaining("may be");
        assertThatThrownBy(() -> told(kv, new BudgetEvent(9, 100), new BudgetEvent(8, 90)))
                .hasMessageContaining("as they were told");
        assertThatThrownBy(() -> told(kv, new BudgetEvent(9, 100, new RepeatedPart(30, 5))))
                .hasMessageContaining("it may have none");
        KvOptions repeating = KvOptions.of(KvPolicy.parse("kvzip"), 100);
        assertThatThrownBy(() -> told(repeating, new BudgetEvent(9, 100, new RepeatedPart(1089, 5))))
                .hasMessageContaining("at most 1088");
        assertThatThrownBy(() -> new BudgetEvent(9, 100, new RepeatedPart(30, 10)))
                .hasMessageContaining("what it has read");
        assertThatThrownBy(() -> told(KvOptions.NONE, new BudgetEvent(9, 1)))
                .hasMessageContaining("a full cache has none");
    }

    @Test
    void nothingIsDecidedBeforeTheLastTokenThatWasToldNorBeforeALaterEvent() throws Exception {
        KvOptions kv = of(List.of(), 50, 16, 30).options();
        List<DecodeEvent> told = new ArrayList<>();
        BudgetLog log = new BudgetLog(kv, List.of(new BudgetEvent(60, 500)), 70, told::add);

        assertThat(log.open(69, 1)).as("a told token depends on it").isFalse();
        assertThat(log.open(70, 0)).as("a later one is known").isFalse();
        assertThat(log.open(70, 1)).isTrue();
        log.decided(new BudgetEvent(70, 300));

        assertThat(told).containsExactly(new DecodeEvent.BudgetChanged(new BudgetEvent(70, 300)));
        assertThat(log.open(70, 1)).isFalse();
        assertThat(log.open(70, 2)).isTrue();
        assertThat(new BudgetLog(kv, List.of(), 0, told::add).open(0, 0))
                .as("an empty cache has none")
                .isFalse();
    }

    @Test
    void aSegmentOfAPromptIsReadByStagesFromItsBeginningIfOneShortensIt() throws Exception {
        KvPolicy staged = KvPolicy.parse("uncomp:allocation=uniform,stages=on/5/2x30/4x20");
        List<PastTurn> past = List.of(new PastTurn(130, 143), new PastTurn(160, 190));
        ChangePoints points = new ChangePoints(new KvOptions(staged, 1000, 16, 100), Rebasing.NEVER, past, 215);

        assertThat(points.stagedFrom(0, 0)).as("to the prefill limit").isZero();
        assertThat(points.stagedFrom(99, 0)).isZero();
        assertThat(points.splitsStages(99, 0)).isTrue();
        assertThat(points.stagedFrom(100, 100)).as("to the prompt's end").isEqualTo(100);
        assertThat(points.splitsStages(100, 100)).isFalse();
        assertThat(points.stagedFrom(130, 130))
                .as("in an answer, before 18 tokens that no stage shortens")
                .isEqualTo(ChangePoints.NEVER);
        assertThat(points.stagedFrom(160, 160)).as("an answer's change").isEqualTo(ChangePoints.NEVER);
        assertThat(points.stagedFrom(176, 176))
                .as("in an answer: the next prompt begins with its last token")
                .isEqualTo(189);
        assertThat(points.splitsStages(180, 176)).isFalse();
        assertThat(points.stagedFrom(300, 215)).as("in the last answer").isEqualTo(ChangePoints.NEVER);

        ChangeLog log = new ChangeLog();
        log.add(100, 0);
        log.add(130, 100);
        assertThat(log.agreesWith(points, told(points.options()), 130)).isTrue();
        ChangeLog plain = new ChangeLog();
        plain.add(100, 0);
        plain.add(130, ChangePoints.NEVER);
        assertThat(plain.agreesWith(points, told(points.options()), 130)).isFalse();
    }

    private static boolean agrees(ChangeLog log, ChangePoints due, int position) {
        return log.agreesWith(due, told(due.options()), position);
    }

    private static BudgetLog told(KvOptions kv, BudgetEvent... events) {
        return new BudgetLog(kv, List.of(events), 0, event -> {
            throw new AssertionError("known already: " + event);
        });
    }

    private static ChangePoints of(List<PastTurn> past, int prompt, int interval, int limit) throws Exception {
        return new ChangePoints(
                new KvOptions(KvPolicy.parse("knorm"), 1000, interval, limit), Rebasing.NEVER, past, prompt);
    }

    private static List<Integer> changes(ChangePoints points, int end) {
        List<Integer> changes = new ArrayList<>();
        int last = 0;
        for (int next = points.next(0, 0); next <= end; next = points.next(last, last)) {
            changes.add(next);
            last = next;
        }
        return changes;
    }
}
