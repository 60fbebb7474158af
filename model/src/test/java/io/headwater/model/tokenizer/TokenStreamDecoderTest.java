/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class TokenStreamDecoderTest {
    private final Tokenizer bytes = HandmadeVocabulary.byteLevel().bytePair("gpt-2");

    @Test
    void aCharacterAppearsWithItsLastByte() {
        TokenStreamDecoder decoder = new TokenStreamDecoder(bytes);

        assertThat(decoder.next('a')).isEqualTo("a");
        assertThat(decoder.next(0xF0)).isEmpty();
        assertThat(decoder.next(0x9F)).isEmpty();
        assertThat(decoder.next(0x98)).isEmpty();
        assertThat(decoder.next(0x80)).isEqualTo("😀");
        assertThat(decoder.finish()).isEmpty();
    }

    @Test
    void halfACharacterAtTheEndBecomesOneReplacement() {
        TokenStreamDecoder decoder = new TokenStreamDecoder(bytes);
        decoder.next(0xE4);
        decoder.next(0xBD);

        assertThat(decoder.finish()).isEqualTo("\ufffd");
        assertThat(decoder.next('b') + decoder.finish()).isEqualTo("b");
    }

    @Test
    void aBrokenCharacterIsReplacedAndTheNextOneKept() {
        TokenStreamDecoder decoder = new TokenStreamDecoder(bytes);

        assertThat(decoder.next(0xE4) + decoder.next('x') + decoder.next(0x80)).isEqualTo("\ufffdx\ufffd");
    }

    @Test
    void theFirstTokenKeepsItsSpaceForAStreamGoesOnFromAPrompt() {
        HandmadeVocabulary vocabulary = HandmadeVocabulary.sentencePiece().add("▁a", -1);

        assertThat(new TokenStreamDecoder(vocabulary.sentencePiece(true)).next(vocabulary.id("▁a")))
                .isEqualTo(" a");
    }

    @Test
    void allPiecesTogetherAreTheTextOfAllBytesForRandomBytes() {
        for (int seed = 0; seed < 5000; seed++) {
            RandomText random = new RandomText(seed);
            byte[] all = random.next(seed / 250).getBytes(StandardCharsets.UTF_8);
            for (int broken = random.random().nextInt(3); broken > 0 && all.length > 0; broken--) {
                all[random.random().nextInt(all.length)] =
                        (byte) random.random().nextInt(128, 256);
            }

            assertThat(streamed(all)).as("seed " + seed).isEqualTo(new String(all, StandardCharsets.UTF_8));
        }
    }

    private String streamed(byte[] all) {
        TokenStreamDecoder decoder = new TokenStreamDecoder(bytes);
        StringBuilder text = new StringBuilder();
        for (byte value : all) {
            String piece = decoder.next(value & 0xFF);
            assertThat(piece.isEmpty() || !Character.isHighSurrogate(piece.charAt(piece.length() - 1)))
                    .isTrue();
            text.append(piece);
        }
        return text.append(decoder.finish()).toString();
    }
}
