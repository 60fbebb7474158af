/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;

/** The key that clients must show, if any. */
record ApiKey(Optional<String> key) {
    private static final String SCHEME = "Bearer ";

    /**
     * Refuses whoever does not show it. How long that takes says nothing of the key.
     *
     * @throws ApiError with status 401
     */
    void check(HttpRequest request) {
        if (key.isPresent() && !MessageDigest.isEqual(bytes(shown(request)), bytes(key.get()))) {
            throw ApiError.key("the API key is wrong or missing: send Authorization: Bearer KEY");
        }
    }

    private static String shown(HttpRequest request) {
        String value = request.getHeader("Authorization").map(HttpHeader::value).orElse("");
        return value.regionMatches(true, 0, SCHEME, 0, SCHEME.length()) ? value.substring(SCHEME.length()) : "";
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
