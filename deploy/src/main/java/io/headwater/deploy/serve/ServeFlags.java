/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import io.headwater.actors.node.CacheFolder;
import io.headwater.deploy.cli.CacheSize;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.Durations;
import io.headwater.deploy.cli.UserError;
import io.headwater.model.decoding.BatchingOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How many requests a server takes, and where and how long it keeps sessions. */
final class ServeFlags {
    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "where sessions are kept (default: ~/.local/share/headwater, or HEADWATER_HOME/data)")
    private Optional<String> data = Optional.empty();

    @Option(
            names = "--sequences",
            paramLabel = "N",
            defaultValue = "16",
            description = "answers at work at once (default: ${DEFAULT-VALUE})")
    private int sequences = 16;

    @Option(
            names = "--queue",
            paramLabel = "N",
            defaultValue = "32",
            description = "requests that wait beyond those; more get a 429 (default: ${DEFAULT-VALUE})")
    private int queue = 32;

    @Option(
            names = "--resume-grace",
            paramLabel = "TIME",
            defaultValue = "30s",
            converter = Durations.class,
            description =
                    "a streamed completion whose client has gone is cancelled after this (default: ${DEFAULT-VALUE})")
    private Duration resumeGrace = Duration.ofSeconds(30);

    @Option(
            names = "--session-idle",
            paramLabel = "TIME",
            defaultValue = "5m",
            converter = Durations.class,
            description =
                    "an idle session gives up its KV cache after this; it comes back from the log (default: ${DEFAULT-VALUE})")
    private Duration sessionIdle = Duration.ofMinutes(5);

    @Option(
            names = "--kv-snapshots",
            paramLabel = "BYTES|none",
            defaultValue = CacheSize.DEFAULT,
            description =
                    "disk for KV caches of sessions, so that they need not be read again after a restart (default: ${DEFAULT-VALUE})")
    private String kvSnapshots = CacheSize.DEFAULT;

    @Option(
            names = "--prefix-caches",
            paramLabel = "N",
            defaultValue = "4",
            description =
                    "caches of completions that stay for those that begin with the same tokens; 0 for none (default: ${DEFAULT-VALUE})")
    private int prefixCaches = 4;

    @Option(
            names = "--session-age",
            paramLabel = "TIME",
            defaultValue = "30d",
            converter = Durations.class,
            description = "a session that was not used for so long is deleted (default: ${DEFAULT-VALUE})")
    private Duration sessionAge = Duration.ofDays(30);

    @Option(
            names = "--completion-age",
            paramLabel = "TIME",
            defaultValue = "1h",
            converter = Durations.class,
            description = "how long a completion can be resumed after its end (default: ${DEFAULT-VALUE})")
    private Duration completionAge = Duration.ofHours(1);

    @Option(
            names = "--sessions",
            paramLabel = "N",
            defaultValue = "100000",
            description = "sessions kept at most; those used longest ago go (default: ${DEFAULT-VALUE})")
    private long sessions = 100_000;

    /** How the decode loop is to form its steps. */
    BatchingOptions batching() {
        return BatchingOptions.defaults()
                .withMaxSequences(sequences)
                .withMaxWaiting(places())
                .withMaxLeft(prefixCaches);
    }

    /** Requests at work and waiting together, at most. */
    int places() {
        return sequences + queue;
    }

    Duration resumeGrace() {
        return resumeGrace;
    }

    Duration sessionIdle() {
        return sessionIdle;
    }

    Expiry expiry() {
        return new Expiry(sessionAge, completionAge, sessions);
    }

    /** Where caches of sessions go; empty if nowhere. */
    Optional<CacheFolder> caches(Console console) {
        Path directory = data(console).toAbsolutePath();
        return CacheSize.parse(kvSnapshots).stream()
                .mapToObj(bytes -> new CacheFolder(directory, bytes))
                .findFirst();
    }

    /** All mistakes that can be seen before anything is loaded. */
    void check() {
        List<String> problems = new ArrayList<>();
        atLeast("--sequences", sequences, 1, problems);
        atLeast("--queue", queue, 0, problems);
        atLeast("--sessions", sessions, 1, problems);
        atLeast("--prefix-caches", prefixCaches, 0, problems);
        if (resumeGrace.toSeconds() < 1) {
            problems.add(
                    "--resume-grace " + resumeGrace.toMillis() + "ms: give at least 1s, or no client is fast enough");
        }
        if (!problems.isEmpty()) {
            throw new UserError(String.join("; ", problems));
        }
        CacheSize.parse(kvSnapshots);
    }

    private static void atLeast(String option, long value, long least, List<String> problems) {
        if (value < least) {
            problems.add(option + " " + value + ": give at least " + least);
        }
    }

    Path data(Console console) {
        return data.map(console::path)
                .or(() -> console.variable("HEADWATER_HOME")
                        .map(home -> console.path(home).resolve("data")))
                .orElseGet(() -> Path.of(System.getProperty("user.home", ""), ".local", "share", "headwater"));
    }
}
