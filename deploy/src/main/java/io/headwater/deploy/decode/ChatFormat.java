/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.deploy.cli.UserError;
import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufMetadata;
import io.headwater.model.template.ChatTemplate;
import io.headwater.model.template.TemplateException;
import io.headwater.model.tokenizer.Tokenizer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A model's chat template with the special tokens that it names. */
public final class ChatFormat {
    private final ChatTemplate template;
    private final Map<String, String> specialTokens;

    private ChatFormat(ChatTemplate template, Map<String, String> specialTokens) {
        this.template = template;
        this.specialTokens = Map.copyOf(specialTokens);
    }

    static ChatFormat of(GgufMetadata metadata, Tokenizer tokenizer) {
        try {
            String source = metadata.string("tokenizer.chat_template")
                    .orElseThrow(() -> new UserError(metadata.path().getFileName()
                            + " has no chat template (tokenizer.chat_template): use generate without --chat"));
            Map<String, String> special = new LinkedHashMap<>();
            put(special, "bos_token", tokenizer.bos(), tokenizer);
            put(special, "eos_token", tokenizer.eos(), tokenizer);
            return new ChatFormat(ChatTemplate.parse(source), special);
        } catch (GgufException | TemplateException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    private static void put(Map<String, String> special, String name, OptionalInt id, Tokenizer tokenizer) {
        id.ifPresent(token -> special.put(name, tokenizer.text(token)));
    }

    /** The prompt for these messages. */
    public String render(List<? extends Map<String, ?>> messages, boolean addGenerationPrompt) {
        try {
            return template.render(messages, addGenerationPrompt, specialTokens);
        } catch (TemplateException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }
}
