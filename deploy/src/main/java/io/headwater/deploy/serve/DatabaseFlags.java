/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.Durations;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.cli.WorkFailed;
import io.headwater.sessions.log.LogException;
import io.headwater.sessions.log.PostgresDatabase;
import io.headwater.sessions.log.TokenLog;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** In which database the token log is. */
final class DatabaseFlags {
    private static final Duration LEASE = Duration.ofSeconds(5);
    private static final Duration LEAST_LEASE = Duration.ofSeconds(1);
    private static final String PASSWORD = "HEADWATER_DATABASE_PASSWORD";

    @Option(
            names = "--database",
            paramLabel = "URL",
            description =
                    "sessions in PostgreSQL, as jdbc:postgresql://HOST:5432/NAME?user=USER; the password comes from "
                            + PASSWORD + " (default: SQLite in --data)")
    private Optional<String> database = Optional.empty();

    @Option(
            names = "--lease",
            paramLabel = "TIME",
            converter = Durations.class,
            description =
                    "with --database: a server that gives no sign of life for so long has its sessions taken over by the"
                            + " others; the same for all of them (default: 5s)")
    private Optional<Duration> lease = Optional.empty();

    /**
     * Opens the log; {@code data}: this server's directory.
     *
     * @throws UserError if the URL is none
     * @throws WorkFailed if the log cannot be opened
     */
    TokenLog open(Console console, Path data) {
        checkLease();
        Optional<PostgresDatabase> postgres = database.map(url -> at(url, console));
        try {
            return postgres.isPresent()
                    ? TokenLog.shared(postgres.get(), lease.orElse(LEASE), data)
                    : TokenLog.embedded(data);
        } catch (LogException e) {
            throw new WorkFailed(String.valueOf(e.getMessage()), e);
        }
    }

    private void checkLease() {
        if (lease.isPresent() && database.isEmpty()) {
            throw new UserError("--lease is for servers that share a database: give --database, or leave it out");
        }
        if (lease.isPresent() && lease.get().compareTo(LEAST_LEASE) < 0) {
            throw new UserError("--lease " + lease.get().toMillis() + "ms: give at least " + LEAST_LEASE.toSeconds()
                    + "s, or a server that is only slow is taken for dead");
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
