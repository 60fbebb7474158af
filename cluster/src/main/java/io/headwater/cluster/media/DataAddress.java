/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

/**
 * Where a node receives: {@code ipc}, or {@code udp HOST:PORT}. {@link #toString} and {@link #parse} carry it as text.
 *
 * @param host empty for IPC
 * @param port 0 for IPC
 */
public record DataAddress(Transport transport, String host, int port) {
    public DataAddress {
        boolean ipc = transport == Transport.IPC;
        if (ipc != host.isEmpty() || (ipc ? port != 0 : port < 1 || port > 65535)) {
            throw new IllegalArgumentException("transport=" + transport + " host=" + host + " port=" + port
                    + ": udp needs a host and a port from 1 to 65535, ipc has neither");
        }
    }

    public static DataAddress ipc() {
        return new DataAddress(Transport.IPC, "", 0);
    }

    public static DataAddress udp(String host, int port) {
        return new DataAddress(Transport.UDP, host, port);
    }

    /** The inverse of {@link #toString}; an IPv6 host stands in brackets. */
    public static DataAddress parse(String text) {
        if (text.equals("ipc")) {
            return ipc();
        }
        int colon = text.lastIndexOf(':');
        if (!text.startsWith("udp ") || colon < 0) {
            throw new IllegalArgumentException("data address '" + text + "': expected 'ipc' or 'udp HOST:PORT'");
        }
        String host = text.substring(4, colon);
        boolean bracketed = host.startsWith("[") && host.endsWith("]");
        try {
            return udp(
                    bracketed ? host.substring(1, host.length() - 1) : host,
                    Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("data address '" + text + "': the port is no number", e);
        }
    }

    /** HOST:PORT, as people and Aeron write it; {@code ipc} for IPC. */
    public String endpoint() {
        return switch (transport) {
            case IPC -> "ipc";
            case UDP -> (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
        };
    }

    @Override
    public String toString() {
        return switch (transport) {
            case IPC -> "ipc";
            case UDP -> "udp " + endpoint();
        };
    }
}
