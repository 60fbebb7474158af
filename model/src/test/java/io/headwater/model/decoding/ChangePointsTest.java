/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.KvPolicy;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.Rebasing;
import java.util.ArrayList;
import java.util.List;
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
        List.of(30, 50, 66).forEach(log::add);

        assertThat(log.agreesWith(of(List.of(), 50, 16, 30), 70)).isTrue();
        assertThat(log.agreesWith(of(List.of(new PastTurn(50, 71)), 90, 16, 30), 70))
                .isTrue();
        assertThat(log.agreesWith(of(List.of(), 90, 16, 30), 70))
                .as("another prompt's end")
                .isFalse();
        assertThat(log.agreesWith(of(List.of(), 50, 16, 30), 82))
                .as("a change is missing")
                .isFalse();
        assertThat(log.agreesWith(of(List.of(), 50, 17, 30), 70))
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
