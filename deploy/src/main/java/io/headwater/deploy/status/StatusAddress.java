/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.status;

import io.headwater.deploy.cli.UserError;

/** Where a status server listens: only this host sees it unless another address is given. */
public record StatusAddress(String host, int port) {
    private static final int MAX_PORT = 65_535;

    /** {@code PORT} or {@code HOST:PORT}. */
    public static StatusAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "127.0.0.1" : text.substring(0, colon).replaceAll("[\\[\\]]", "");
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            if (port >= 0 && port <= MAX_PORT && !host.isEmpty()) {
                return new StatusAddress(host, port);
            }
        } catch (NumberFormatException e) {
            throw new UserError("--http " + text + ": the port is no number, give PORT or HOST:PORT", e);
        }
        throw new UserError("--http " + text + ": give PORT or HOST:PORT with a port of 0 to " + MAX_PORT);
    }
}
