/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** Serves one file under {@code /model.gguf} as web servers do: ETag, Range, If-Range; can cut a connection or answer with an error. */
final class FileServer implements AutoCloseable {
    private final HttpServer server;
    private final List<String> ranges = Collections.synchronizedList(new ArrayList<>());
    private volatile byte[] content;
    private volatile String etag = "\"1\"";
    private volatile int status = 200;
    private volatile long cutAfterBytes = Long.MAX_VALUE;
    private final AtomicInteger cuts = new AtomicInteger();

    FileServer(byte[] content) {
        this.content = content.clone();
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.createContext("/model.gguf", this::serve);
        server.start();
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/model.gguf");
    }

    void replace(byte[] newContent, String newEtag) {
        content = newContent.clone();
        etag = newEtag;
    }

    void answerWith(int newStatus) {
        status = newStatus;
    }

    /** The next {@code times} answers end after so many bytes of the body. */
    void cut(long afterBytes, int times) {
        cutAfterBytes = afterBytes;
        cuts.set(times);
    }

    /** The Range headers of all requests so far; "-" for a request without one. */
    List<String> ranges() {
        return List.copyOf(ranges);
    }

    private void serve(HttpExchange exchange) throws IOException {
        String range = Optional.ofNullable(exchange.getRequestHeaders().getFirst("Range"))
                .orElse("-");
        ranges.add(range);
        boolean sameVersion = etag.equals(exchange.getRequestHeaders().getFirst("If-Range"));
        int start = range.startsWith("bytes=") && sameVersion
                ? Integer.parseInt(range.substring(6, range.length() - 1))
                : 0;
        exchange.getResponseHeaders().set("ETag", etag);
        if (status != 200) {
            exchange.sendResponseHeaders(status, -1);
            exchange.close();
            return;
        }
        if (start > 0) {
            exchange.getResponseHeaders()
                    .set("Content-Range", "bytes %d-%d/%d".formatted(start, content.length - 1, content.length));
        }
        exchange.sendResponseHeaders(start > 0 ? 206 : 200, content.length - start);
        send(exchange, start);
    }

    private void send(HttpExchange exchange, int start) throws IOException {
        OutputStream out = exchange.getResponseBody();
        if (cuts.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            out.write(content, start, (int) Math.min(cutAfterBytes, content.length - start));
            out.flush();
            exchange.close(); // fewer bytes than promised: the connection breaks
            return;
        }
        out.write(content, start, content.length - start);
        exchange.close();
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
