/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.HttpResponse;

/**
 * One thing that the API can be asked.
 *
 * @param path with {@code {id}} where any one segment may stand
 * @param open answered without a key, too
 * @param atOnce answered also while all workers are busy: of what is at hand, or by others
 */
record Endpoint(String method, String path, boolean open, boolean atOnce, Handler handler) {
    private static final String ANY = "{id}";

    /** Answers one kind of request. */
    @FunctionalInterface
    interface Handler {
        /** {@code id}: the segment that stands for {@code {id}}; empty if the path has none. */
        CompletionStage<HttpResponse> answer(ApiRequest request, String id);
    }

    static Endpoint get(String path, Handler handler) {
        return new Endpoint("GET", path, false, false, handler);
    }

    static Endpoint post(String path, Handler handler) {
        return new Endpoint("POST", path, false, false, handler);
    }

    /** The same, for everybody. */
    Endpoint forEverybody() {
        return new Endpoint(method, path, true, atOnce, handler);
    }

    /** The same, without waiting for a worker. */
    Endpoint byNoWorker() {
        return new Endpoint(method, path, open, true, handler);
    }

    /** The segment that stands for {@code {id}}, or an empty text where the path has none; nothing if the path is another one. */
    Optional<String> match(List<String> segments) {
        List<String> own =
                path.equals("/") ? List.of() : List.of(path.substring(1).split("/"));
        if (own.size() != segments.size()) {
            return Optional.empty();
        }
        String id = "";
        for (int i = 0; i < own.size(); i++) {
            if (own.get(i).equals(ANY)) {
                id = segments.get(i);
            } else if (!own.get(i).equals(segments.get(i))) {
                return Optional.empty();
            }
        }
        return Optional.of(id);
    }
}
