/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import java.time.Duration;
import java.util.Optional;
import java.util.Set;

/**
 * How a server talks.
 *
 * @param apiKey what clients must show; empty: everybody is answered
 * @param bodyLimit bytes of a request's body
 * @param bodyTime in which a body must have come
 * @param idle a connection that asks for nothing is closed after this
 */
public record ApiOptions(Address address, Optional<String> apiKey, long bodyLimit, Duration bodyTime, Duration idle) {
    private static final long BODY_LIMIT = 8L << 20;
    private static final Duration BODY_TIME = Duration.ofSeconds(20);
    private static final Duration IDLE = Duration.ofSeconds(60);

    /**
     * Where it listens.
     *
     * @param port 0 takes a free one
     * @param names by which it may be asked besides its addresses and localhost; if there are none and it is no loopback address, by any
     */
    public record Address(String host, int port, Set<String> names) {
        public Address {
            names = Set.copyOf(names);
        }
    }

    /** With the limits that fit most. */
    public static ApiOptions of(Address address, Optional<String> apiKey) {
        return new ApiOptions(address, apiKey, BODY_LIMIT, BODY_TIME, IDLE);
    }

    public String host() {
        return address.host();
    }

    public int port() {
        return address.port();
    }
}
