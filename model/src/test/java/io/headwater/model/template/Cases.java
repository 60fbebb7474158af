/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/** Reads the test resources that Jinja2 made; see {@code template/README.md} beside them. */
final class Cases {
    private static final ObjectMapper JSON = new ObjectMapper();

    private Cases() {}

    static String text(String resource) {
        try (InputStream in = Objects.requireNonNull(Cases.class.getResourceAsStream(resource), resource)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(resource, e);
        }
    }

    static JsonNode json(String text) {
        try {
            return JSON.readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(text, e);
        }
    }

    static List<JsonNode> lines(String resource) {
        return text(resource).lines().map(Cases::json).toList();
    }

    static Map<String, Object> variables(JsonNode object) {
        Map<String, Object> variables = new LinkedHashMap<>();
        object.properties()
                .forEach(entry -> variables.put(entry.getKey(), JSON.convertValue(entry.getValue(), Object.class)));
        return variables;
    }
}
