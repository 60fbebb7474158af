/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a JSON object; null counts as absent, another type is the client's error and names the field. */
record Fields(JsonNode object) {
    private static final BigInteger TWO_64 = BigInteger.ONE.shiftLeft(64);

    private @Nullable JsonNode get(String name) {
        @Nullable JsonNode value = object.get(name);
        return value == null || value.isNull() ? null : value;
    }

    boolean has(String name) {
        return get(name) != null;
    }

    Optional<JsonNode> node(String name) {
        return Optional.ofNullable(get(name));
    }

    Optional<String> string(String name) {
        return node(name).map(value -> {
            if (!value.isTextual()) {
                throw ApiError.bad(name, "invalid_type", name + " must be a string");
            }
            return value.textValue();
        });
    }

    String needString(String name) {
        return string(name).orElseThrow(() -> missing(name));
    }

    static ApiError missing(String name) {
        return ApiError.bad(name, "missing_required_parameter", name + " is missing: give it");
    }

    boolean flag(String name, boolean otherwise) {
        return node(name)
                .map(value -> {
                    if (!value.isBoolean()) {
                        throw ApiError.bad(name, "invalid_type", name + " must be true or false");
                    }
                    return value.booleanValue();
                })
                .orElse(otherwise);
    }

    Optional<Integer> whole(String name) {
        return node(name).map(value -> {
            if (!value.isIntegralNumber() || !value.canConvertToInt()) {
                throw ApiError.bad(name, "invalid_type", name + " must be a whole number");
            }
            return value.intValue();
        });
    }

    /** 64 bits, signed or not. */
    Optional<Long> seed(String name) {
        return node(name).map(value -> {
            if (!value.isIntegralNumber() || value.bigIntegerValue().abs().compareTo(TWO_64) >= 0) {
                throw ApiError.bad(name, "invalid_type", name + " must be a whole number of 64 bits");
            }
            return value.bigIntegerValue().longValue();
        });
    }

    double number(String name, double otherwise) {
        return node(name)
                .map(value -> {
                    if (!value.isNumber()) {
                        throw ApiError.bad(name, "invalid_type", name + " must be a number");
                    }
                    return value.doubleValue();
                })
                .orElse(otherwise);
    }

    /** A string, or a list of at most so many; none if it is absent. */
    List<String> strings(String name, int most) {
        @Nullable JsonNode value = get(name);
        if (value == null) {
            return List.of();
        }
        if (value.isTextual()) {
            return List.of(value.textValue());
        }
        List<String> strings = new ArrayList<>();
        for (JsonNode each : value) {
            if (!each.isTextual()) {
                throw ApiError.bad(name, "invalid_type", name + " must be a string or a list of strings");
            }
            strings.add(each.textValue());
        }
        if (!value.isArray() || strings.size() > most) {
            throw ApiError.bad(
                    name, "invalid_type", name + " must be a string or a list of at most " + most + " strings");
        }
        return strings;
    }
}
