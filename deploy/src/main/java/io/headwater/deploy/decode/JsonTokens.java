/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.UserError;

/** Token ids as JSON. */
public final class JsonTokens {
    private JsonTokens() {}

    /** The ids of a list of whole numbers. */
    public static int[] of(JsonNode list) {
        if (!list.isArray()) {
            throw new UserError("\"tokens\" must be a list of token ids");
        }
        int[] ids = new int[list.size()];
        for (int i = 0; i < ids.length; i++) {
            JsonNode id = list.get(i);
            if (!id.canConvertToInt() || !id.isIntegralNumber()) {
                throw new UserError("\"tokens\" has " + id + ", which is no token id");
            }
            ids[i] = id.asInt();
        }
        return ids;
    }
}
