/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.cli.WorkFailed;
import io.headwater.sessions.log.LogException;
import io.headwater.sessions.log.PostgresDatabase;
import io.headwater.sessions.log.TokenLog;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** In which database the token log is. */
final class DatabaseFlags {
    private static final String PASSWORD = "HEADWATER_DATABASE_PASSWORD";

    @Option(
            names = "--database",
            paramLabel = "URL",
            description =
                    "sessions in PostgreSQL, as jdbc:postgresql://HOST:5432/NAME?user=USER; the password comes from "
                            + PASSWORD + " (default: SQLite in --data)")
    private Optional<String> database = Optional.empty();

    /**
     * Opens the log; {@code data}: this server's directory.
     *
     * @throws UserError if the URL is none
     * @throws WorkFailed if the log cannot be opened
     */
    TokenLog open(Console console, Path data) {
        Optional<PostgresDatabase> postgres = database.map(url -> at(url, console));
        try {
            return postgres.isPresent() ? TokenLog.shared(postgres.get(), data) : TokenLog.embedded(data);
        } catch (LogException e) {
            throw new WorkFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private static PostgresDatabase at(String url, Console console) {
        try {
            return PostgresDatabase.at(url, console.variable(PASSWORD));
        } catch (LogException e) {
            throw new UserError("--database: " + e.getMessage(), e);
        }
    }
}
