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
 */
public record ApiOptions(String host, int port, Optional<String> apiKey, long bodyLimit, Duration bodyTime) {
    public static final long DEFAULT_BODY_LIMIT = 8L << 20;
    public static final Duration DEFAULT_BODY_TIME = Duration.ofSeconds(20);
}
