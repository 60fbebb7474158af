/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.sessions.prompt.PromptException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /tokenize}, {@code /detokenize} and {@code /apply-template}, as llama.cpp's server has them. */
final class TextRoutes {
    private final ServedModel model;

    TextRoutes(ServedModel model) {
        this.model = model;
    }

    HttpResponse tokenize(ApiRequest request) {
        Fields fields = new Fields(request.json(true));
        String content = fields.needString("content");
        Tokenizer tokenizer = model.prompts().tokenizer();
        int[] ids = fields.flag("add_special", false)
                ? model.prompts().text(content)
                : tokenizer.encode(content, fields.flag("parse_special", true));
        List<Object> tokens = new ArrayList<>();
        boolean pieces = fields.flag("with_pieces", false);
        for (int id : ids) {
            tokens.add(pieces ? Map.of("id", id, "piece", tokenizer.text(id)) : (Object) id);
        }
        return Responses.ok(Map.of("tokens", tokens));
    }

    HttpResponse detokenize(ApiRequest request) {
        Fields fields = new Fields(request.json(true));
        JsonNode tokens = fields.node("tokens").orElseThrow(() -> Fields.missing("tokens"));
        Tokenizer tokenizer = model.prompts().tokenizer();
        return Responses.ok(Map.of("content", tokenizer.decode(ids(tokens, "tokens", tokenizer.vocabSize()))));
    }

    HttpResponse applyTemplate(ApiRequest request) {
        Fields fields = new Fields(request.json(true));
        try {
            return Responses.ok(Map.of(
                    "prompt",
                    model.prompts().render(MessageFields.need(fields), fields.flag("add_generation_prompt", true))));
        } catch (PromptException e) {
            throw ApiError.value("messages", String.valueOf(e.getMessage()));
        }
    }

    /** Token ids, each in the vocabulary. */
    static int[] ids(JsonNode list, String param, int vocabSize) {
        if (!list.isArray()) {
            throw ApiError.bad(param, "invalid_type", param + " must be a list of token ids");
        }
        int[] ids = new int[list.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = list.get(i);
            if (!id.isIntegralNumber() || !id.canConvertToInt() || id.intValue() < 0 || id.intValue() >= vocabSize) {
                throw ApiError.value(
                        param, param + "[" + i + "] is no token of this model: give ids from 0 to " + (vocabSize - 1));
            }
            ids[i] = id.intValue();
        }
        return ids;
    }
}
