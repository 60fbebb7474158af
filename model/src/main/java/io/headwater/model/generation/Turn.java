/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.generation;

import io.headwater.model.tokenizer.TokenStreamDecoder;
import io.headwater.model.tokenizer.Tokenizer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One answer in the making: takes its tokens, gives the text to emit, knows when it is over. All texts joined are the answer:
 * what follows a stop string, and the string itself, is never emitted; control tokens (an ignored end token, too) have no text. The token that ends the turn is one of its tokens.
 */
public final class Turn {
    private final TurnOptions options;
    private final Tokenizer tokenizer;
    private final TokenStreamDecoder text;
    private final StopScanner stops;
    private int tokens;
    private @Nullable FinishReason finish;

    public Turn(TurnOptions options, Tokenizer tokenizer) {
        this.options = options;
        this.tokenizer = tokenizer;
        text = new TokenStreamDecoder(tokenizer);
        stops = new StopScanner(options.stopStrings());
    }

    /**
     * Takes the next token and returns the text that may now be emitted, often empty. Afterwards {@link #finishReason} says
     * whether the turn is over. A stop string counts before the limit of tokens where one token brings both.
     */
    public String accept(int token) {
        requireRunning();
        tokens++;
        if (!options.ignoreEos() && tokenizer.isEndOfGeneration(token)) {
            return finish(FinishReason.STOP);
        }
        String emitted = stops.next(tokenizer.isControl(token) ? "" : text.next(token));
        if (stops.stopped()) {
            finish = FinishReason.STOP;
            return emitted;
        }
        return tokens < options.maxTokens() ? emitted : emitted + finish(FinishReason.LENGTH);
    }

    /**
     * Ends the turn and returns the text that was held back. The reason stays {@code reason} unless the end of the text
     * completes a stop string, which is then {@link FinishReason#STOP}.
     */
    public String finish(FinishReason reason) {
        requireRunning();
        String rest = stops.next(text.finish());
        finish = stops.stopped() ? FinishReason.STOP : reason;
        return rest + stops.flush();
    }

    /** Why the turn is over; empty while it goes on. */
    public Optional<FinishReason> finishReason() {
        return Optional.ofNullable(finish);
    }

    public boolean finished() {
        return finish != null;
    }

    /** Tokens taken, the one that ended the turn included. */
    public int tokens() {
        return tokens;
    }

    private void requireRunning() {
        if (finish != null) {
            throw new IllegalStateException("the turn is over after " + tokens + " tokens: " + finish.text());
        }
    }
}
