/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.regex.Pattern;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One request from its first line to the last byte of its answer: gives it an id, and the log one line when it is over. Any thread. */
final class RequestRecord {
    private static final Logger LOG = LoggerFactory.getLogger(RequestRecord.class);
    private static final Pattern REQUEST_ID = Pattern.compile("[\\x21-\\x7e]{1,128}");
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final String id;
    private final String method;
    private final String path;
    private final long startNanos = System.nanoTime();
    private final AtomicBoolean over = new AtomicBoolean();
    private final CompletableFuture<Void> gone = new CompletableFuture<>();
    private volatile String endpoint = "none";
    private volatile int status;

    RequestRecord(HttpRequest request) {
        id = request.getHeader("X-Request-Id")
                .map(HttpHeader::value)
                .filter(value -> REQUEST_ID.matcher(value).matches())
                .orElseGet(() -> UUID.randomUUID().toString());
        method = request.method().value();
        path = request.getUri().path();
    }

    String id() {
        return id;
    }

    /** The client has hung up. */
    void hungUp() {
        gone.complete(null);
    }

    /** Completes if the client hangs up. */
    CompletableFuture<Void> gone() {
        return gone;
    }

    /** The endpoint's path, for metrics: not the client's, of which there may be any number. */
    void found(Endpoint asked) {
        endpoint = asked.path();
    }

    String endpoint() {
        return endpoint;
    }

    String method() {
        return method;
    }

    void answered(int code) {
        status = code;
    }

    int status() {
        return status;
    }

    /** Nanoseconds since it began. */
    long nanos() {
        return System.nanoTime() - startNanos;
    }

    /** The answer is written, or nobody waits for it any more ({@code cut}); false if that was said before. */
    boolean end(boolean cut) {
        if (!over.compareAndSet(false, true)) {
            return false;
        }
        long millis = nanos() / NANOS_PER_MILLI;
        LOG.atInfo()
                .addKeyValue("request_id", id)
                .addKeyValue("method", method)
                .addKeyValue("path", path)
                .addKeyValue("status", status)
                .addKeyValue("milliseconds", millis)
                .addKeyValue("cut", cut)
                .log("{} {} {} {} {} ms{}", id, method, path, status, millis, cut ? ", the client has gone" : "");
        return true;
    }
}
