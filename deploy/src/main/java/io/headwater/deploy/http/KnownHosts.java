/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.deploy.http.ApiOptions.Address;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.http.javadsl.model.Host;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/**
 * The names by which a server may be asked. A page of any site in a browser on this machine may have its own name point to 127.0.0.1 (DNS rebinding); the
 * browser then takes a server that listens there for that site, and lets the page read every session. But it still says the site's name in {@code Host}. So
 * who listens on a loopback address answers only to addresses, {@code localhost} and names that it was told.
 */
final class KnownHosts {
    private static final String LOCAL = "localhost";

    private final Set<String> names = new TreeSet<>();
    private final boolean checked;

    KnownHosts(Address address) {
        checked = !address.names().isEmpty() || isLoopback(address.host());
        names.add(lower(address.host()));
        names.add(LOCAL);
        address.names().forEach(name -> names.add(lower(name)));
    }

    private static boolean isLoopback(String host) {
        try {
            return InetAddress.getByName(host).isLoopbackAddress();
        } catch (UnknownHostException e) {
            return false; // listening there fails, and says so
        }
    }

    private static String lower(String name) {
        return name.toLowerCase(Locale.ROOT);
    }

    /**
     * Refuses whoever asks by another name. Without a {@code Host}, which every browser sends, there is no name to mistake.
     *
     * @throws ApiError with status 403
     */
    void check(HttpRequest request) {
        if (checked) {
            request.getHeader(org.apache.pekko.http.javadsl.model.headers.Host.class)
                    .ifPresent(header -> check(header.host()));
        }
    }

    private void check(Host host) {
        String name = lower(host.address());
        if (host.isNamedHost() && !names.contains(name) && !name.endsWith("." + LOCAL)) {
            throw ApiError.forbidden(
                    "host_not_allowed",
                    "this server does not answer to the name '" + name
                            + "': use its address or localhost, or start it with --allow-host " + name);
        }
    }
}
