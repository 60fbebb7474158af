/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.scaladsl.model.EntityStreamException;
import org.apache.pekko.http.scaladsl.model.EntityStreamSizeException;
import org.apache.pekko.util.ByteString;

/** Reads requests' bodies: each within a size and a time, all that are on their way together within a size. */
final class Bodies {
    /** Full bodies that may be on their way at once. */
    private static final int AT_ONCE = 32;

    private final ActorSystem<?> system;
    private final ApiOptions options;
    private final AtomicLong reserved = new AtomicLong();

    Bodies(ActorSystem<?> system, ApiOptions options) {
        this.system = system;
        this.options = options;
    }

    /** The body; fails with an {@link ApiError}. */
    CompletionStage<ByteString> read(HttpRequest request) {
        long length = request.entity().getContentLengthOption().orElse(-1);
        if (length == 0) {
            return CompletableFuture.completedFuture(ByteString.emptyByteString());
        }
        if (length > options.bodyLimit()) {
            return refuse(request, tooLarge());
        }
        long bytes = length < 0 ? options.bodyLimit() : length;
        if (reserved.addAndGet(bytes) > AT_ONCE * options.bodyLimit()) {
            reserved.addAndGet(-bytes);
            return refuse(request, ApiError.full("too many requests with large bodies are on their way: try again"));
        }
        return request.entity()
                .withSizeLimit(options.bodyLimit())
                .toStrict(options.bodyTime().toMillis(), options.bodyLimit(), system)
                .thenApply(strict -> strict.getData())
                .exceptionally(failure -> {
                    throw told(failure);
                })
                .whenComplete((_, _) -> reserved.addAndGet(-bytes));
    }

    private CompletionStage<ByteString> refuse(HttpRequest request, ApiError why) {
        request.discardEntityBytes(system);
        return CompletableFuture.failedFuture(why);
    }

    private RuntimeException told(Throwable failure) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        return switch (cause) {
            case EntityStreamSizeException _ -> tooLarge();
            case EntityStreamException broken
            when String.valueOf(broken.getMessage()).startsWith("Request too large") -> tooLarge();
            case EntityStreamException _ -> ApiError.bad(null, "body_incomplete", "the body has not come to its end");
            case TimeoutException _ ->
                ApiError.other(
                        StatusCodes.REQUEST_TIMEOUT,
                        "body_too_slow",
                        "the body has not come within " + options.bodyTime().toSeconds() + " s");
            default -> new CompletionException(cause);
        };
    }

    private ApiError tooLarge() {
        return ApiError.other(
                StatusCodes.CONTENT_TOO_LARGE,
                "body_too_large",
                "the body is larger than " + options.bodyLimit() + " bytes: send less");
    }
}
