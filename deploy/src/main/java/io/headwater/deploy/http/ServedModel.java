/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.deploy.calibration.Calibrations;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.sessions.prompt.Prompts;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The model that a server answers with.
 *
 * @param id as the API names it
 * @param names by which clients may ask for it
 * @param created when the server began to serve it, in seconds since 1970
 * @param kv how sessions' caches are kept, where they do not say otherwise
 * @param calibrations give policies the model's head groups
 */
public record ServedModel(
        String id,
        Set<String> names,
        long created,
        int contextLength,
        Prompts prompts,
        KvOptions kv,
        Calibrations calibrations) {
    private static final String SUFFIX = ".gguf";

    public ServedModel {
        names = Set.copyOf(names);
    }

    /** Named as the user wrote it, or by its file's name where that was a path. */
    public static ServedModel of(LoadedModel model, Prompts prompts) {
        String written = model.name();
        Path file = Path.of(written).getFileName();
        String name = file == null ? written : file.toString();
        String id = name.endsWith(SUFFIX) ? name.substring(0, name.length() - SUFFIX.length()) : name;
        return new ServedModel(
                id,
                names(written, name, id),
                System.currentTimeMillis() / 1000,
                model.contextLength(),
                prompts,
                model.kv(),
                model.calibrations());
    }

    private static Set<String> names(String... all) {
        return new HashSet<>(List.of(all));
    }

    /** Refuses another model's name; no name means this one. */
    void check(Fields fields) {
        String asked = fields.string("model").orElse(id);
        if (!names.contains(asked)) {
            throw ApiError.notFound(
                    "model_not_found", "the model '" + asked + "' is not served here: ask for '" + id + "'");
        }
    }
}
