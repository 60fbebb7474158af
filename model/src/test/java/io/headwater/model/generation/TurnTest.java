/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class TurnTest {
    private static final int END = ByteTokenizer.END;
    private static final int HALF_CHARACTER = 0xC3;

    @Test
    void endsAtAnEndTokenAndEmitsWhatWasHeldBack() {
        Turn turn = turn(10, false, "xyz");

        String text = turn.accept('a') + turn.accept('x') + turn.accept('y');
        assertThat(text).isEqualTo("a");
        assertThat(turn.finished()).isFalse();

        assertThat(turn.accept(END)).isEqualTo("xy");
        assertThat(turn.finishReason()).contains(FinishReason.STOP);
        assertThat(turn.tokens()).isEqualTo(4);
    }

    @Test
    void goesOnAfterAnEndTokenThatIsIgnored() {
        Turn turn = turn(3, true);

        assertThat(turn.accept('a') + turn.accept(END) + turn.accept('b')).isEqualTo("ab");
        assertThat(turn.finishReason()).contains(FinishReason.LENGTH);
    }

    @Test
    void findsAStopStringAcrossTokens() {
        Turn turn = turn(10, false, "cd");

        assertThat(turn.accept('b') + turn.accept('c') + turn.accept('d')).isEqualTo("b");
        assertThat(turn.finishReason()).contains(FinishReason.STOP);
    }

    @Test
    void aStopStringCountsBeforeTheLimit() {
        Turn turn = turn(2, false, "cd");

        assertThat(turn.accept('c') + turn.accept('d')).isEmpty();
        assertThat(turn.finishReason()).contains(FinishReason.STOP);
    }

    @Test
    void atTheLimitTheHeldTextComesOut() {
        Turn turn = turn(2, false, "cde");

        assertThat(turn.accept('c') + turn.accept('d')).isEqualTo("cd");
        assertThat(turn.finishReason()).contains(FinishReason.LENGTH);
    }

    @Test
    void aCancelledTurnEmitsHeldTextAndTheBrokenCharacter() {
        Turn turn = turn(10, false, "cd");

        assertThat(turn.accept('c')).isEmpty();
        assertThat(turn.accept(HALF_CHARACTER)).isEmpty();

        assertThat(turn.finish(FinishReason.CANCELLED)).isEqualTo("c\ufffd");
        assertThat(turn.finishReason()).contains(FinishReason.CANCELLED);
    }

    @Test
    void refusesTokensAfterItsEnd() {
        Turn turn = turn(1, false);
        assertThat(turn.accept('a')).isEqualTo("a");

        assertThatThrownBy(() -> turn.accept('b'))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the turn is over after 1 tokens: length");
    }

    @Test
    void badOptionsAreToldTogether() {
        assertThatThrownBy(() -> new TurnOptions(0, List.of("", "\ud83d"), false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("number of tokens 0: ask for at least 1")
                .hasMessageContaining("a stop string is empty")
                .hasMessageContaining("half a surrogate pair");
    }

    @Test
    void theAnswerIsTheTextBeforeTheStopStringThoughEachTokenIsAByte() {
        for (int seed = 0; seed < 1000; seed++) {
            Random random = new Random(seed);
            String text = characters(random, 1 + random.nextInt(3 + seed / 50));
            String stop = characters(random, 1 + random.nextInt(3));
            Turn turn = turn(TurnOptions.UNLIMITED, false, stop);

            StringBuilder answer = new StringBuilder();
            byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
            for (int i = 0; i < bytes.length && !turn.finished(); i++) {
                answer.append(turn.accept(bytes[i] & 0xFF));
            }
            if (!turn.finished()) {
                answer.append(turn.accept(END));
            }

            int found = text.indexOf(stop);
            assertThat(answer.toString())
                    .as("seed %d: %s in %s", seed, stop, text)
                    .isEqualTo(found < 0 ? text : text.substring(0, found));
            assertThat(turn.finishReason()).contains(FinishReason.STOP);
        }
    }

    private static String characters(Random random, int count) {
        String[] some = {"a", "é", "ê", "😀", "😁"};
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < count; i++) {
            text.append(some[random.nextInt(some.length)]);
        }
        return text.toString();
    }

    private static Turn turn(int maxTokens, boolean ignoreEos, String... stops) {
        return new Turn(new TurnOptions(maxTokens, List.of(stops), ignoreEos), new ByteTokenizer());
    }
}
