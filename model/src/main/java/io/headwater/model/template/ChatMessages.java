/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A conversation in the form that chat templates read: maps with {@code role} and {@code content}, in order. */
public final class ChatMessages {
    private final List<Map<String, Object>> messages = new ArrayList<>();

    /** Adds a message; role is {@code system}, {@code user} or {@code assistant} for most templates. */
    public ChatMessages add(String role, String content) {
        messages.add(message(role, content));
        return this;
    }

    public ChatMessages system(String content) {
        return add("system", content);
    }

    public ChatMessages user(String content) {
        return add("user", content);
    }

    public ChatMessages assistant(String content) {
        return add("assistant", content);
    }

    /** A copy of what was added so far. */
    public List<Map<String, Object>> list() {
        return List.copyOf(messages);
    }

    public static Map<String, Object> message(String role, String content) {
        Map<String, Object> message = new LinkedHashMap<>();
        message.put("role", role);
        message.put("content", content);
        return Collections.unmodifiableMap(message);
    }
}
