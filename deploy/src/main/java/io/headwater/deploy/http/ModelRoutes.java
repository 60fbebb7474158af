/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.deploy.cli.Cli;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/** {@code /v1/models} and {@code /version}. */
final class ModelRoutes {
    private final ServedModel model;

    ModelRoutes(ServedModel model) {
        this.model = model;
    }

    HttpResponse list() {
        return Responses.ok(Map.of("object", "list", "data", List.of(description())));
    }

    HttpResponse one(String id) {
        if (!model.names().contains(id)) {
            throw ApiError.notFound(
                    "model_not_found", "the model '" + id + "' is not served here: ask for '" + model.id() + "'");
        }
        return Responses.ok(description());
    }

    HttpResponse version() {
        return Responses.ok(Map.of("version", Cli.VERSION));
    }

    private Map<String, Object> description() {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("id", model.id());
        description.put("object", "model");
        description.put("created", model.created());
        description.put("owned_by", "headwater");
        description.put("context_length", model.contextLength());
        return description;
    }
}
