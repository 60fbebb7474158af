/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.chat;

import io.headwater.deploy.decode.Answer;
import java.util.Locale;
import java.util.Optional;

/** What {@code /stats} says. */
final class ChatStatistics {
    private ChatStatistics() {}

    static String describe(Conversation conversation, Optional<Answer> last) {
        String cache = String.format(
                Locale.ROOT,
                conversation.cache().rebasings() == 0
                        ? "%d of %d tokens of context, %.1f MB of KV cache"
                        : "%d tokens, beyond the context of %d, %.1f MB of KV cache",
                conversation.log().size(),
                conversation.contextLength(),
                conversation.cache().kvBytes() / 1e6);
        return last.map(answer -> cache + "\n" + speed(conversation, answer)).orElse(cache);
    }

    private static String speed(Conversation conversation, Answer answer) {
        return String.format(
                Locale.ROOT,
                "last message: %d tokens read, %d tokens answered at %.1f/s, ended by %s",
                conversation.lastPrompt(),
                answer.tokens().size(),
                answer.tokensPerSecond(),
                answer.finishReason().text());
    }
}
