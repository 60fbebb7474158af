/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import io.headwater.deploy.models.ModelException;
import io.headwater.model.gguf.GgufException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.CancellationException;

/** What an exception means to the user: a line and an exit code. */
record Outcome(int exitCode, String message) {

    static Outcome of(Throwable failure) {
        return switch (failure) {
            case UserError error -> new Outcome(ExitCode.USAGE, text(error));
            case WorkFailed error -> new Outcome(ExitCode.FAILED, text(error));
            case Unavailable error -> new Outcome(ExitCode.UNAVAILABLE, text(error));
            case ModelException error ->
                new Outcome(error.badRequest() ? ExitCode.USAGE : ExitCode.FAILED, text(error));
            case GgufException error -> new Outcome(ExitCode.USAGE, text(error));
            case InterruptedException _, CancellationException _ -> new Outcome(ExitCode.INTERRUPTED, "interrupted");
            case UncheckedIOException wrapped when wrapped.getCause() != null -> of(wrapped.getCause());
            case NoSuchFileException missing ->
                new Outcome(ExitCode.USAGE, missing.getFile() + ": there is no such file");
            case AccessDeniedException denied ->
                new Outcome(ExitCode.USAGE, denied.getFile() + ": may not be opened (permissions)");
            case IOException broken -> new Outcome(ExitCode.FAILED, text(broken));
            default ->
                new Outcome(
                        ExitCode.FAILED,
                        "internal error: "
                                + failure.toString().lines().findFirst().orElse("") + " (-v shows where)");
        };
    }

    private static String text(Throwable failure) {
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message.replaceAll("\\s*\\R\\s*", " ");
    }
}
