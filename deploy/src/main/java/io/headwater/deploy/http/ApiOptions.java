/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import java.time.Duration;
import java.util.Optional;

/**
 * How a server talks.
 *
 * @param apiKey what clients must show; empty: everybody is answered
 * @param bodyLimit bytes of a request's body
 * @param bodyTime in which a body must have come
 * @param idle a connection that asks for nothing is closed after this
 */
public record ApiOptions(
        String host, int port, Optional<String> apiKey, long bodyLimit, Duration bodyTime, Duration idle) {
    private static final long BODY_LIMIT = 8L << 20;
    private static final Duration BODY_TIME = Duration.ofSeconds(20);
    private static final Duration IDLE = Duration.ofSeconds(60);

    /** With the limits that fit most. */
    public static ApiOptions of(String host, int port, Optional<String> apiKey) {
        return new ApiOptions(host, port, apiKey, BODY_LIMIT, BODY_TIME, IDLE);
    }
}
