/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.chat;

import io.headwater.deploy.cli.Console;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Lines of a pipe or a file: nobody sees a prompt. */
final class PlainLines implements LineSource {
    private final BufferedReader reader;

    PlainLines(Console console) {
        reader = new BufferedReader(new InputStreamReader(console.in(), StandardCharsets.UTF_8));
    }

    @Override
    public Optional<String> line(String prompt) throws IOException {
        return Optional.ofNullable(reader.readLine());
    }

    @Override
    public void close() {} // standard input belongs to the process
}
