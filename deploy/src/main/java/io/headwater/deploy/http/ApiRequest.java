/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.headwater.deploy.cli.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpHeader;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.util.ByteString;

/**
 * A request whose body has been read.
 *
 * @param gone completes when the client has hung up
 */
record ApiRequest(HttpRequest http, ByteString body, CompletionStage<Void> gone) {

    /** The body as a JSON object; an empty one where there is no body and none is needed. */
    ObjectNode json(boolean needed) {
        if (body.isEmpty() && !needed) {
            return Json.mapper().createObjectNode();
        }
        try {
            JsonNode node = Json.mapper()
                    .reader()
                    .without(JsonParser.Feature.INCLUDE_SOURCE_IN_LOCATION)
                    .readTree(body.toArray());
            if (node instanceof ObjectNode object) {
                return object;
            }
            throw ApiError.bad(null, "invalid_json", "the body must be a JSON object");
        } catch (JsonProcessingException e) {
            String first =
                    String.valueOf(e.getOriginalMessage()).lines().findFirst().orElse("");
            throw ApiError.bad(null, "invalid_json", "the body is not JSON: " + first);
        } catch (IOException e) {
            throw ApiError.bad(null, "invalid_json", "the body is not JSON: " + e.getMessage());
        }
    }

    Optional<String> header(String name) {
        return http.getHeader(name).map(HttpHeader::value);
    }

    boolean wantsEvents() {
        return header("Accept")
                .filter(value -> value.contains("text/event-stream"))
                .isPresent();
    }

    /** Of the path and the body: the same request sent again has the same. */
    String digest() {
        try {
            MessageDigest sha = MessageDigest.getInstance("SHA-256");
            sha.update(http.getUri().path().getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(sha.digest(body.toArray()));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every JDK has SHA-256", e);
        }
    }
}
