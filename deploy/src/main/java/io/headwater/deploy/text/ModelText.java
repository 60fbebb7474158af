/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.text;

import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufFile;
import io.headwater.model.tokenizer.Tokenizer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/** What a model file says about text: its vocabulary and its chat template. The file is closed, weights are not needed. */
record ModelText(Path file, Tokenizer tokenizer, Optional<String> chatTemplate) {
    private static final String TEMPLATE_KEY = "tokenizer.chat_template";

    static ModelText of(Path path) throws GgufException {
        try (GgufFile file = GgufFile.open(path)) {
            return new ModelText(
                    path, Tokenizer.of(file.metadata()), file.metadata().string(TEMPLATE_KEY));
        }
    }

    /** The texts by which templates know the tokens that begin and end a sequence. */
    Map<String, String> specialTokens() {
        Map<String, String> special = new LinkedHashMap<>();
        put(special, "bos_token", tokenizer.bos());
        put(special, "eos_token", tokenizer.eos());
        return special;
    }

    private void put(Map<String, String> special, String name, OptionalInt id) {
        id.ifPresent(token -> special.put(name, tokenizer.text(token)));
    }
}
