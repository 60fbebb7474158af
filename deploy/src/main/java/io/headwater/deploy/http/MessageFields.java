/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.sessions.log.Message;
import java.util.ArrayList;
import java.util.List;

/** Messages of a conversation as clients write them: content is a string, or a list of text parts. */
final class MessageFields {
    private MessageFields() {}

    /** At least one. */
    static List<Message> need(Fields fields) {
        JsonNode messages = fields.node("messages").orElseThrow(() -> Fields.missing("messages"));
        List<Message> read = list(messages);
        if (read.isEmpty()) {
            throw ApiError.value("messages", "messages is empty: give at least one");
        }
        return read;
    }

    static List<Message> list(JsonNode messages) {
        if (!messages.isArray()) {
            throw ApiError.bad("messages", "invalid_type", "messages must be a list of {\"role\":…,\"content\":…}");
        }
        List<Message> read = new ArrayList<>();
        for (int i = 0; i < messages.size(); i++) {
            read.add(one(messages.get(i), "messages[" + i + "]"));
        }
        return read;
    }

    private static Message one(JsonNode message, String where) {
        if (!message.isObject() || !message.path("role").isTextual()) {
            throw ApiError.bad(
                    "messages",
                    "invalid_type",
                    where + " must be an object with a role: {\"role\":\"user\",\"content\":…}");
        }
        return new Message(message.path("role").textValue(), content(message.path("content"), where));
    }

    static String content(JsonNode content, String where) {
        if (content.isTextual()) {
            return content.textValue();
        }
        if (!content.isArray()) {
            throw ApiError.bad("messages", "invalid_type", where + ".content must be a string or a list of text parts");
        }
        StringBuilder text = new StringBuilder();
        for (JsonNode part : content) {
            if (!part.path("type").asText().equals("text") || !part.path("text").isTextual()) {
                throw ApiError.bad(
                        "messages",
                        "unsupported_content",
                        where + ".content has a part that is no text: this model reads text only");
            }
            text.append(part.path("text").textValue());
        }
        return text.toString();
    }
}
