/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import java.io.IOException;
import java.io.InputStream;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.UnresolvedAddressException;
import java.time.Duration;
import java.util.Optional;

/**
 * Fetches a file over HTTP and goes on where an earlier try stopped: {@code Range} asks for the rest, {@code If-Range} with the
 * version's ETag makes the server send everything if the file has changed since.
 */
final class HttpSource {
    private static final int TRIES = 3;
    private final HttpClient client;
    private final Duration silence;

    /** Connects within {@code connect}; gives up after a {@code silence} without a byte. */
    HttpSource(Duration connect, Duration silence) {
        this.client = HttpClient.newBuilder()
                .connectTimeout(connect)
                .followRedirects(HttpClient.Redirect.NORMAL)
                .version(HttpClient.Version.HTTP_1_1)
                .build();
        this.silence = silence;
    }

    /** Makes the part file complete; a connection that breaks is taken up again while that brings something. */
    void fetch(URI url, PartFile part, ProgressListener progress)
            throws SourceException, IOException, InterruptedException {
        for (int attempt = 1; ; attempt++) {
            long before = part.bytesOf(part.source());
            try {
                fetchOnce(url, part, progress);
                return;
            } catch (ConnectException | HttpConnectTimeoutException e) {
                throw SourceException.failed(url.getHost() + " cannot be reached (" + reason(e) + ")", e);
            } catch (IOException e) {
                long now = part.bytesOf(part.source());
                if (now <= before || attempt == TRIES) {
                    throw SourceException.failed(
                            "the connection to %s broke after %.1f MB (%s): the next pull goes on from there"
                                    .formatted(url.getHost(), now / 1e6, reason(e)),
                            e);
                }
            }
        }
    }

    private void fetchOnce(URI url, PartFile part, ProgressListener progress)
            throws SourceException, IOException, InterruptedException {
        Optional<String> etag = knownVersion(url, part);
        long have = etag.isPresent() ? part.bytesOf(part.source()) : 0;
        HttpRequest.Builder request =
                HttpRequest.newBuilder(url).timeout(silence).header("User-Agent", "headwater");
        if (have > 0) {
            request.header("Range", "bytes=" + have + "-").header("If-Range", etag.orElseThrow());
        }
        HttpResponse<InputStream> response = client.send(request.build(), HttpResponse.BodyHandlers.ofInputStream());
        try (InputStream body = response.body();
                StallGuard guard = new StallGuard(body, silence)) {
            receive(url, response, body, have, part, (done, total) -> {
                guard.alive();
                progress.progress(done, total);
            });
        }
    }

    private static void receive(
            URI url,
            HttpResponse<InputStream> response,
            InputStream body,
            long have,
            PartFile part,
            ProgressListener progress)
            throws SourceException, IOException {
        switch (response.statusCode()) {
            case 200 -> part.restart(version(url, response));
            case 206 -> requireStart(url, response, have, part);
            case 416 -> { // what is here is longer than the file: not the same file
                part.discard();
                throw new IOException("the file has changed at its source");
            }
            case 401, 403 ->
                throw SourceException.refused(url + " may not be read (HTTP " + response.statusCode()
                        + "): check the address, or fetch the file yourself and give its path");
            case 404, 410 ->
                throw SourceException.refused(
                        url + " does not exist (HTTP " + response.statusCode() + "): check the name");
            default ->
                throw SourceException.failed(url + " answered HTTP " + response.statusCode() + ": try again later");
        }
        long start = response.statusCode() == 206 ? have : 0;
        long length = response.headers().firstValueAsLong("Content-Length").orElse(-1);
        if (length > 0) {
            part.requireSpace(length);
        }
        part.append(body, length < 0 ? -1 : start + length, progress);
    }

    private static void requireStart(URI url, HttpResponse<?> response, long have, PartFile part)
            throws IOException, SourceException {
        String range = response.headers().firstValue("Content-Range").orElse("");
        if (!range.startsWith("bytes " + have + "-")) {
            part.discard();
            throw SourceException.failed(
                    "%s answered with the wrong part (Content-Range: %s, expected from byte %d): try again"
                            .formatted(url, range, have));
        }
    }

    /** The first line of the note beside the part is the address, the second the ETag; without an ETag nothing can be resumed. */
    private static String version(URI url, HttpResponse<?> response) {
        String etag = response.headers().firstValue("ETag").orElse("");
        return url + "\n" + (etag.startsWith("W/") ? "" : etag);
    }

    private static Optional<String> knownVersion(URI url, PartFile part) throws IOException {
        String source = part.source();
        return source.startsWith(url + "\n")
                ? Optional.of(source.substring(url.toString().length() + 1)).filter(tag -> !tag.isBlank())
                : Optional.empty();
    }

    private static String reason(IOException e) {
        if (e instanceof HttpConnectTimeoutException) {
            return "no answer in time";
        }
        if (hasCause(e, UnresolvedAddressException.class)) {
            return "unknown host";
        }
        if (e instanceof ConnectException) {
            return "connection refused";
        }
        return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
    }

    private static boolean hasCause(Throwable failure, Class<? extends Throwable> kind) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (kind.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }
}
