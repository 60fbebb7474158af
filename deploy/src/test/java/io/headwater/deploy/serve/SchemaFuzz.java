/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.util.List;
import java.util.Random;

/** Values that a schema allows, and now and then some that it does not: the same ones for the same seed. */
final class SchemaFuzz {
    private static final JsonMapper MAPPER =
            JsonMapper.builder().enable(JsonWriteFeature.ESCAPE_NON_ASCII).build();
    private static final JsonNodeFactory NODES = new JsonNodeFactory(true);
    private static final int DEEPEST = 6;
    private static final List<String> NUMBERS = List.of(
            "0",
            "-1",
            "1",
            "2",
            "0.5",
            "-0.0",
            "16",
            "255",
            "2147483647",
            "2147483648",
            "-2147483648",
            "9223372036854775808",
            "1e308",
            "1e400",
            "-1e400",
            "1e-320",
            "3.0000000001",
            "123456789012345678901234567890");
    private static final List<String> TEXTS = List.of(
            "",
            " ",
            "x",
            "to be or not",
            "null",
            "[object]",
            "\u0000",
            "\ud800",
            "\uffff",
            "é漢\ud83d\ude00",
            "%s%n{}",
            "../..",
            "<|im_start|>",
            "<script>alert(1)</script>",
            "{{ messages }}",
            "'; drop table events; --",
            "a\r\nb: c");

    private final JsonNode api;
    private final Random random;

    SchemaFuzz(JsonNode api, long seed) {
        this.api = api;
        this.random = new Random(seed);
    }

    boolean chance(double share) {
        return random.nextDouble() < share;
    }

    <T> T any(List<T> choices) {
        return choices.get(random.nextInt(choices.size()));
    }

    /** A request's body; sometimes no JSON at all. */
    String body(JsonNode schema) throws JsonProcessingException {
        String text = MAPPER.writeValueAsString(value(schema, 0));
        if (chance(0.03)) {
            return text.substring(0, random.nextInt(text.length() + 1));
        }
        return chance(0.01) ? "[".repeat(2000) : text;
    }

    /** A value as text, for a path, a query or a header. */
    String text(JsonNode schema) {
        JsonNode value = value(schema, DEEPEST);
        return value.isTextual() ? value.textValue() : value.toString();
    }

    private JsonNode value(JsonNode schema, int depth) {
        JsonNode own = resolved(schema);
        if (own.path("nullable").asBoolean() && chance(0.05)) {
            return NullNode.instance;
        }
        if (own.isEmpty() || chance(0.04)) {
            return wild(depth);
        }
        if (own.has("enum") && chance(0.9)) {
            return own.path("enum").get(random.nextInt(own.path("enum").size()));
        }
        return switch (own.path("type").asText()) {
            case "object" -> object(own, depth);
            case "array" -> array(own, depth);
            case "boolean" -> BooleanNode.valueOf(random.nextBoolean());
            case "integer" -> chance(0.85) ? small(own) : number();
            case "number" -> chance(0.85) ? new DecimalNode(BigDecimal.valueOf(random.nextDouble())) : number();
            default -> TextNode.valueOf(any(TEXTS));
        };
    }

    /** References and choices followed. */
    private JsonNode resolved(JsonNode schema) {
        if (schema.has("$ref")) {
            return resolved(api.at(schema.path("$ref").asText().substring(1)));
        }
        if (schema.has("allOf")) {
            return resolved(schema.path("allOf").get(0));
        }
        if (schema.has("oneOf")) {
            return resolved(
                    schema.path("oneOf").get(random.nextInt(schema.path("oneOf").size())));
        }
        return schema;
    }

    private JsonNode small(JsonNode schema) {
        int least = schema.path("minimum").asInt(0);
        int most = Math.min(schema.path("maximum").asInt(Integer.MAX_VALUE), least + 20);
        return NODES.numberNode(least + random.nextInt(most - least + 1));
    }

    private JsonNode number() {
        return new DecimalNode(new BigDecimal(any(NUMBERS)));
    }

    private ObjectNode object(JsonNode schema, int depth) {
        ObjectNode object = NODES.objectNode();
        List<String> required = MAPPER.convertValue(
                schema.path("required"), MAPPER.getTypeFactory().constructCollectionType(List.class, String.class));
        schema.path("properties").properties().forEach(property -> {
            boolean needed = required != null && required.contains(property.getKey());
            if (chance(needed ? 0.95 : 0.2)) {
                object.set(property.getKey(), value(property.getValue(), depth + 1));
            }
        });
        if (schema.has("additionalProperties")) {
            for (int i = random.nextInt(3); i > 0; i--) {
                object.set(
                        chance(0.7) ? Integer.toString(random.nextInt(400)) : any(TEXTS),
                        value(schema.path("additionalProperties"), depth + 1));
            }
        }
        if (chance(0.08)) {
            object.set(any(TEXTS), wild(depth + 1));
        }
        return object;
    }

    private ArrayNode array(JsonNode schema, int depth) {
        ArrayNode array = NODES.arrayNode();
        int least = chance(0.9) ? schema.path("minItems").asInt(0) : 0;
        int most = chance(0.9) ? schema.path("maxItems").asInt(least + 3) : 40;
        for (int i = least + random.nextInt(most - least + 1); i > 0; i--) {
            array.add(value(schema.path("items"), depth + 1));
        }
        return array;
    }

    private JsonNode wild(int depth) {
        return switch (random.nextInt(depth >= DEEPEST ? 4 : 6)) {
            case 0 -> NullNode.instance;
            case 1 -> BooleanNode.TRUE;
            case 2 -> number();
            case 3 -> TextNode.valueOf(any(TEXTS));
            case 4 -> NODES.arrayNode().add(wild(depth + 1)).add(wild(depth + 1));
            default -> NODES.objectNode().set(any(TEXTS), wild(depth + 1));
        };
    }
}
