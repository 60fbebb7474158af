/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.UserError;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/** A conversation as a file: {@code [{"role":…,"content":…},…]}. */
final class Transcript {
    private Transcript() {}

    /** Writes the file whole or not at all, and returns its name. A failure is the user's to mend: the chat goes on. */
    static String save(Console console, String written, List<Map<String, Object>> messages) {
        String name = written.strip();
        if (name.isEmpty()) {
            throw new UserError("/save needs a file name: /save chat.json");
        }
        Path file = console.path(name);
        Path part = file.resolveSibling(file.getFileName() + ".part");
        try {
            Files.writeString(
                    part, Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(messages) + "\n");
            Files.move(part, file, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("messages have no JSON form", e);
        } catch (IOException e) {
            remove(part);
            throw new UserError(name + " cannot be written (" + e + "): choose another place", e);
        }
        return name;
    }

    private static void remove(Path part) {
        try {
            Files.deleteIfExists(part);
        } catch (IOException e) {
            // it could not be written either, and that is what the user hears
        }
    }
}
