/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.text;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.UserError;
import org.jspecify.annotations.Nullable;

/** Reads the fields of a request; a field of another type is the user's error. */
final class RequestFields {
    private RequestFields() {}

    /** A field that must be a string. */
    static String string(JsonNode request, String field) {
        JsonNode value = request.path(field);
        if (!value.isTextual()) {
            throw new UserError("\"" + field + "\" must be a string");
        }
        return value.textValue();
    }

    /** A field that is a boolean where it is there. */
    static boolean flag(JsonNode request, String field, boolean otherwise) {
        @Nullable JsonNode value = request.get(field);
        if (value == null) {
            return otherwise;
        }
        if (!value.isBoolean()) {
            throw new UserError("\"" + field + "\" must be true or false");
        }
        return value.booleanValue();
    }
}
