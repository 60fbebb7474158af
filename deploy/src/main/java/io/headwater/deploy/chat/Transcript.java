/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.chat;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.cli.WholeFile;
import java.io.IOException;
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
        try {
            WholeFile.write(
                    console.path(name),
                    Json.mapper().writerWithDefaultPrettyPrinter().writeValueAsString(messages) + "\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("messages have no JSON form", e);
        } catch (IOException e) {
            throw new UserError(name + " cannot be written (" + e + "): choose another place", e);
        }
        return name;
    }
}
