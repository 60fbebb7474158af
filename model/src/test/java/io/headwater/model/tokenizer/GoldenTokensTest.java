/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufFile;
import io.headwater.testing.RealModel;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** SmolLM2's own vocabulary against what the tokenizers library and llama.cpp make of the same texts. */
class GoldenTokensTest {
    private static Tokenizer tokenizer;

    private record Row(String text, boolean parseSpecial, List<Integer> ids) {}

    @BeforeAll
    static void readTheVocabulary() throws GgufException {
        try (GgufFile file = GgufFile.open(RealModel.require())) {
            tokenizer = Tokenizer.of(file.metadata());
        }
    }

    @Test
    void everyTextHasTheReferenceIds() throws IOException {
        for (Row row : rows()) {
            assertThat(IntStream.of(tokenizer.encode(row.text(), row.parseSpecial()))
                            .boxed())
                    .as("%s, parseSpecial=%s", row.text(), row.parseSpecial())
                    .containsExactlyElementsOf(row.ids());
        }
    }

    @Test
    void theReferenceIdsDecodeToTheText() throws IOException {
        for (Row row : rows()) {
            TokenStreamDecoder stream = new TokenStreamDecoder(tokenizer);
            StringBuilder streamed = new StringBuilder();
            for (int id : row.ids()) {
                streamed.append(stream.next(id));
            }

            assertThat(tokenizer.decode(
                            row.ids().stream().mapToInt(Integer::intValue).toArray()))
                    .isEqualTo(row.text());
            assertThat(streamed.append(stream.finish()).toString()).isEqualTo(row.text());
        }
    }

    @Test
    void theSettingsAreThoseOfTheFile() {
        assertThat(tokenizer.vocabSize()).isEqualTo(49152);
        assertThat(tokenizer.bos()).hasValue(1);
        assertThat(tokenizer.eos()).hasValue(2);
        assertThat(tokenizer.addBos()).isFalse();
        assertThat(tokenizer.text(2)).isEqualTo("<|im_end|>");
        assertThat(IntStream.range(0, 49152).filter(tokenizer::isEndOfGeneration))
                .containsExactly(0, 2);
    }

    @Test
    @Timeout(20)
    void aMegabyteIsEncodedAndComesBack() throws IOException {
        StringBuilder text = new StringBuilder();
        while (text.length() < 1_200_000) {
            for (Row row : rows()) {
                text.append(row.text()).append(text.length()).append('\n');
            }
        }

        assertThat(tokenizer.decode(tokenizer.encode(text.toString(), false))).isEqualTo(text.toString());
    }

    private static List<Row> rows() throws IOException {
        ObjectMapper json = new ObjectMapper();
        List<Row> rows = new ArrayList<>();
        try (InputStream in = Objects.requireNonNull(
                GoldenTokensTest.class.getResourceAsStream("/golden/smollm2/tokens.jsonl"), "tokens.jsonl")) {
            for (String line : new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                JsonNode row = json.readTree(line);
                rows.add(new Row(
                        row.get("text").textValue(),
                        row.get("parse_special").booleanValue(),
                        List.of(json.convertValue(row.get("ids"), Integer[].class))));
            }
        }
        assertThat(rows).hasSize(221);
        return rows;
    }
}
