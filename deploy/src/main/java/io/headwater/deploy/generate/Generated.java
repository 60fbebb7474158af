/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import io.headwater.deploy.decode.Answer;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.model.decoding.DecodeClient.ClientFigures;
import java.util.LinkedHashMap;
import java.util.Map;

/** A finished request. */
final class Generated {
    private final LoadedModel model;
    private final int[] prompt;
    private final Answer answer;
    private final KvReport kv;
    private final Timings timings;

    Generated(LoadedModel model, int[] prompt, Answer answer, KvReport kv, Timings timings) {
        this.model = model;
        this.prompt = prompt;
        this.answer = answer;
        this.kv = kv;
        this.timings = timings;
    }

    Answer answer() {
        return answer;
    }

    KvReport kv() {
        return kv;
    }

    Timings timings() {
        return timings;
    }

    LoadedModel model() {
        return model;
    }

    /** The object of {@code generate --json}. */
    Map<String, Object> json() {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("model", model.name());
        ClientFigures cluster = model.client().figures();
        json.put("nodes", cluster.nodes());
        json.put("epoch", cluster.epoch());
        json.put("prompt_tokens", prompt);
        json.put("tokens", answer.tokens());
        json.put("text", answer.text());
        json.put("finish_reason", answer.finishReason().text());
        if (!answer.logProbabilities().isEmpty()) {
            json.put("logprobs", answer.logProbabilities());
        }
        json.put("kv", kv);
        json.put("timings", timings);
        return json;
    }
}
