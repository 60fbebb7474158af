/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.generation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TurnTest {
    private static final int END = 0;
    private static final int HALF_CHARACTER = 1;

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

        assertThat(turn.finish(FinishReason.CANCELLED)).isEqualTo("c�");
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

    private static Turn turn(int maxTokens, boolean ignoreEos, String... stops) {
        return new Turn(new TurnOptions(maxTokens, List.of(stops), ignoreEos), token -> token == END, new Letters());
    }

    /** Tokens are characters; token 1 is the first byte of one that never gets complete. */
    private static final class Letters implements TokenText {
        private boolean half;

        @Override
        public String next(int token) {
            half |= token == HALF_CHARACTER;
            return token == END || token == HALF_CHARACTER ? "" : String.valueOf((char) token);
        }

        @Override
        public String finish() {
            return half ? "\ufffd" : "";
        }
    }
}
