/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A client that sends bytes as they are and leaves when it likes. */
final class RawClient implements AutoCloseable {
    private static final int SMALL_BYTES = 4096;
    private static final int PATIENCE_MILLIS = 20_000;

    private final Socket socket;

    RawClient(String url) throws IOException {
        this(url, new Socket());
    }

    private RawClient(String url, Socket socket) throws IOException {
        URI address = URI.create(url);
        this.socket = socket;
        socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), PATIENCE_MILLIS);
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    /** One for which this system keeps hardly anything that it has not read. */
    static RawClient withSmallBuffer(String url) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(SMALL_BYTES); // before it connects
        return new RawClient(url, socket);
    }

    RawClient send(String bytes) throws IOException {
        socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    static String post(String path, String body) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }

    /** What comes until there are so many bytes; less if the server hangs up before. */
    String read(int most) throws IOException {
        return new String(socket.getInputStream().readNBytes(most), StandardCharsets.UTF_8);
    }

    /** All that comes until the server hangs up. */
    String readAll() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
