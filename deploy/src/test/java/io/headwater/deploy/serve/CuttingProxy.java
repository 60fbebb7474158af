/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A way to a server that breaks: a response that holds a token stream is cut off after so many bytes, as often as there are numbers left, and the connection
 * after that is refused once. Afterwards it is a plain way.
 */
final class CuttingProxy implements AutoCloseable {
    private final ServerSocket listener;
    private final URI server;
    private final Queue<Integer> cuts = new ConcurrentLinkedQueue<>();
    private final Queue<Socket> sockets = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();

    CuttingProxy(String serverUrl) throws IOException {
        server = URI.create(serverUrl);
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    String url() {
        return "http://127.0.0.1:" + listener.getLocalPort();
    }

    void cutAfter(int... bytes) {
        for (int each : bytes) {
            cuts.add(each);
        }
    }

    /** Cuts so far. */
    int done() {
        return done.get();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = listener.accept();
                sockets.add(client);
                if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    client.close();
                } else {
                    Thread.ofVirtual().start(() -> carry(client));
                }
            }
        } catch (IOException _) {
            return; // closed
        }
    }

    private void carry(Socket client) {
        try (client;
                Socket up = new Socket(server.getHost(), server.getPort())) {
            sockets.add(up);
            Thread.ofVirtual().start(() -> copy(client, up, false));
            copy(up, client, true);
        } catch (IOException _) {
            return; // the server is gone: so is the client's connection
        }
    }

    private void copy(Socket from, Socket to, boolean answers) {
        byte[] buffer = new byte[512];
        long streamed = -1;
        try (from;
                to) {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                String text = new String(buffer, 0, n, java.nio.charset.StandardCharsets.ISO_8859_1);
                if (answers && text.contains("text/event-stream")) {
                    streamed = 0;
                }
                Integer most = cuts.peek();
                if (streamed >= 0 && most != null && streamed + n > most && cuts.remove(most)) {
                    out.write(buffer, 0, (int) Math.max(0, most - streamed));
                    out.flush();
                    refusals.incrementAndGet();
                    done.incrementAndGet();
                    return;
                }
                streamed = streamed < 0 ? streamed : streamed + n;
                out.write(buffer, 0, n);
                out.flush();
            }
        } catch (IOException _) {
            return; // one side is gone: both are closed
        }
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
