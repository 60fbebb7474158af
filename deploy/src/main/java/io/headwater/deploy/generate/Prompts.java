/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import io.headwater.deploy.decode.LoadedModel;
import io.headwater.model.template.ChatMessages;
import java.util.List;
import java.util.Map;

/** Token ids of prompts. */
final class Prompts {
    private Prompts() {}

    /** One user message. */
    static int[] chat(LoadedModel model, String message) {
        return chat(model, new ChatMessages().user(message).list());
    }

    static int[] chat(LoadedModel model, List<? extends Map<String, ?>> messages) {
        return model.promptTokens(model.chatFormat().render(messages, true));
    }
}
