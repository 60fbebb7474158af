/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.http.ApiOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a server listens, where it keeps its sessions, how much it takes. */
final class ServeFlags {
    private static final int MOST_PORT = 65_535;
    private static final Pattern DURATION = Pattern.compile("(\\d{1,9})(ms|s|m|h|d)");

    private static final Pattern BYTES = Pattern.compile("none|(\\d{1,9})([kmg]?)");

    @Option(
            names = "--host",
            paramLabel = "ADDRESS",
            defaultValue = "127.0.0.1",
            description = "where to listen (default: ${DEFAULT-VALUE})")
    private String host = "127.0.0.1";

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8080",
            description = "0 takes a free one (default: ${DEFAULT-VALUE})")
    private int port = 8080;

    @Option(
            names = "--data",
            paramLabel = "DIR",
            description = "where sessions are kept (default: ~/.local/share/headwater, or HEADWATER_HOME/data)")
    private @Nullable String data;

    @Option(
            names = "--api-key",
            paramLabel = "KEY",
            description = "clients must send it (default: HEADWATER_API_KEY, else none is asked for)")
    private @Nullable String apiKey;

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
            description = "a completion whose client has gone is cancelled after this (default: ${DEFAULT-VALUE})")
    private String resumeGrace = "30s";

    @Option(
            names = "--session-idle",
            paramLabel = "TIME",
            defaultValue = "5m",
            description =
                    "an idle session gives up its KV cache after this; it comes back from the log (default: ${DEFAULT-VALUE})")
    private String sessionIdle = "5m";

    @Option(
            names = "--kv-snapshots",
            paramLabel = "BYTES|none",
            defaultValue = "4g",
            description =
                    "disk for KV caches of sessions, so that they need not be read again after a restart (default: ${DEFAULT-VALUE})")
    private String kvSnapshots = "4g";

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
            description = "a session that was not used for so long is deleted (default: ${DEFAULT-VALUE})")
    private String sessionAge = "30d";

    @Option(
            names = "--completion-age",
            paramLabel = "TIME",
            defaultValue = "1h",
            description = "how long a completion can be resumed after its end (default: ${DEFAULT-VALUE})")
    private String completionAge = "1h";

    @Option(
            names = "--sessions",
            paramLabel = "N",
            defaultValue = "100000",
            description = "sessions kept at most; those used longest ago go (default: ${DEFAULT-VALUE})")
    private long sessions = 100_000;

    int sequences() {
        return sequences;
    }

    int queue() {
        return queue;
    }

    long sessions() {
        return sessions;
    }

    Duration resumeGrace() {
        return duration("--resume-grace", resumeGrace);
    }

    Duration sessionIdle() {
        return duration("--session-idle", sessionIdle);
    }

    Duration sessionAge() {
        return duration("--session-age", sessionAge);
    }

    Duration completionAge() {
        return duration("--completion-age", completionAge);
    }

    int prefixCaches() {
        return prefixCaches;
    }

    /** Bytes; 0 for none. */
    long kvSnapshots() {
        Matcher matcher = BYTES.matcher(kvSnapshots);
        if (!matcher.matches()) {
            throw new UserError("--kv-snapshots " + kvSnapshots + ": give bytes, as 500m or 4g, or none");
        }
        if (matcher.group(1) == null) {
            return 0;
        }
        int shift = switch (matcher.group(2)) {
            case "k" -> 10;
            case "m" -> 20;
            case "g" -> 30;
            default -> 0;
        };
        return Long.parseLong(matcher.group(1)) << shift;
    }

    /** All mistakes that can be seen before anything is loaded. */
    void check() {
        List<String> problems = new ArrayList<>();
        if (port < 0 || port > MOST_PORT) {
            problems.add("--port " + port + ": give 0 to " + MOST_PORT);
        }
        if (sequences < 1) {
            problems.add("--sequences " + sequences + ": give at least 1");
        }
        if (queue < 0) {
            problems.add("--queue " + queue + ": give at least 0");
        }
        if (prefixCaches < 0) {
            problems.add("--prefix-caches " + prefixCaches + ": give at least 0");
        }
        if (sessions < 1) {
            problems.add("--sessions " + sessions + ": give at least 1");
        }
        if (!problems.isEmpty()) {
            throw new UserError(String.join("; ", problems));
        }
        resumeGrace();
        sessionIdle();
        sessionAge();
        completionAge();
        kvSnapshots();
    }

    Path data(Console console) {
        if (data != null) {
            return console.path(data);
        }
        return console.variable("HEADWATER_HOME")
                .map(home -> console.path(home).resolve("data"))
                .orElseGet(() -> Path.of(System.getProperty("user.home", ""), ".local", "share", "headwater"));
    }

    ApiOptions api(Console console) {
        Optional<String> key = Optional.ofNullable(apiKey).or(() -> console.variable("HEADWATER_API_KEY"));
        return new ApiOptions(host, port, key, ApiOptions.DEFAULT_BODY_LIMIT, ApiOptions.DEFAULT_BODY_TIME);
    }

    private static Duration duration(String option, String text) {
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches()) {
            throw new UserError(option + " " + text + ": give a number with ms, s, m, h or d, as 30s");
        }
        long count = Long.parseLong(matcher.group(1));
        return switch (matcher.group(2)) {
            case "ms" -> Duration.ofMillis(count);
            case "s" -> Duration.ofSeconds(count);
            case "m" -> Duration.ofMinutes(count);
            case "h" -> Duration.ofHours(count);
            default -> Duration.ofDays(count);
        };
    }
}
