/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.CompressionFlags;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.SamplingFlags;
import io.headwater.deploy.cli.UserError;
import io.headwater.model.kvcache.KvOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import picocli.CommandLine;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of one line of a batch, under their long names: read by the same parser as the command line, so they mean the same. */
@CommandLine.Command(name = "line")
final class LineOptions {
    @Mixin
    private final SamplingFlags sampling = new SamplingFlags();

    @Option(names = "--chat")
    private boolean chat;

    @Mixin
    private final CompressionFlags compression = new CompressionFlags();

    static LineOptions of(JsonNode request, Set<String> others) {
        List<String> arguments = new ArrayList<>();
        request.properties().forEach(field -> {
            if (!field.getKey().equals("id") && !others.contains(field.getKey())) {
                add(arguments, field.getKey(), field.getValue());
            }
        });
        LineOptions options = new LineOptions();
        try {
            new CommandLine(options).parseArgs(arguments.toArray(String[]::new));
        } catch (CommandLine.UnmatchedArgumentException e) {
            throw new UserError(
                    "unknown field or option " + e.getUnmatched().getFirst().replaceFirst("=.*", "")
                            + " (options that belong to the engine are given on the command line)",
                    e);
        } catch (ParameterException e) {
            throw new UserError(String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", " "), e);
        }
        return options;
    }

    private static void add(List<String> arguments, String name, JsonNode value) {
        if (value.isArray()) {
            value.forEach(element -> add(arguments, name, element));
        } else if (value.isBoolean()) {
            if (value.asBoolean()) {
                arguments.add("--" + name);
            }
        } else if (value.isValueNode() && !value.isNull()) {
            arguments.add("--" + name + "=" + value.asText());
        } else if (!value.isNull()) {
            throw new UserError("\"" + name + "\" must be a string, a number, true, false or a list of them");
        }
    }

    /** {@code [{"role":…,"content":…},…]}. */
    static List<Map<String, Object>> messages(JsonNode messages) {
        if (!messages.isArray() || messages.isEmpty()) {
            throw new UserError("\"messages\" must be a list of at least one message");
        }
        for (JsonNode message : messages) {
            if (!message.isObject() || !message.path("role").isTextual()) {
                throw new UserError("a message must be an object with \"role\" and \"content\"");
            }
        }
        return Json.mapper().convertValue(messages, new TypeReference<List<Map<String, Object>>>() {});
    }

    SamplingFlags sampling() {
        return sampling;
    }

    /** How the line's cache is kept; what it does not say is as on the command line. */
    KvOptions kv(KvOptions others) {
        return compression.kvOptions(others);
    }

    boolean chat() {
        return chat;
    }
}
