/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.CompressionFlags;
import io.headwater.deploy.cli.UserError;
import io.headwater.model.kvcache.KvOptions;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;

/** {@code "kv":{"policy":"ems","budget":256,…}}: the options of the command line under their names without {@code --kv-}, read by the same parser. */
final class KvField {
    private static final Map<String, String> OPTIONS = new LinkedHashMap<>(Map.of(
            "policy", "--kv-policy",
            "budget", "--kv-budget",
            "interval", "--kv-interval",
            "window", "--kv-window",
            "allocation", "--kv-allocation",
            "prefill_limit", "--kv-prefill-limit"));

    private KvField() {}

    /** How the session's cache is kept; what is not said is as the server keeps others. */
    static KvOptions read(Fields fields, ServedModel model) {
        KvOptions others = model.kv();
        @Nullable JsonNode kv = fields.node("kv").orElse(null);
        if (kv == null) {
            return others;
        }
        if (!kv.isObject()) {
            throw ApiError.bad("kv", "invalid_type", "kv must be an object: {\"policy\":\"ems\",\"budget\":256}");
        }
        List<String> words = new ArrayList<>();
        kv.properties().forEach(each -> add(words, each.getKey(), each.getValue()));
        CompressionFlags flags = new CompressionFlags();
        try {
            new CommandLine(CommandLine.Model.CommandSpec.create()
                            .addMixin("kv", CommandLine.Model.CommandSpec.forAnnotatedObject(flags)))
                    .parseArgs(words.toArray(String[]::new));
            return model.calibrations().calibrated(flags.kvOptions(others));
        } catch (ParameterException e) {
            throw ApiError.value("kv", String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " "));
        } catch (UserError e) {
            throw ApiError.of("kv", e);
        }
    }

    private static void add(List<String> words, String name, JsonNode value) {
        if (name.equals("options") && value.isObject()) {
            value.properties()
                    .forEach(option -> words.add("--kv-option=" + option.getKey() + "="
                            + option.getValue().asText()));
            return;
        }
        @Nullable String option = OPTIONS.get(name);
        if (option == null || !value.isValueNode()) {
            throw ApiError.value(
                    "kv",
                    "kv." + name
                            + " is not known: give policy, budget, interval, window, allocation, prefill_limit or options");
        }
        if (!value.isNull()) {
            words.add(option + "=" + value.asText());
        }
    }
}
