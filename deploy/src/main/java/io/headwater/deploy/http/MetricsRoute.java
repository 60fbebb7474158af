/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.deploy.metrics.ServerMeters;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.util.ByteString;

/** {@code GET /metrics}, as Prometheus reads it. What the nodes tell is asked for at each scrape; without an answer their last figures stay. */
final class MetricsRoute {
    private final ApiParts parts;

    MetricsRoute(ApiParts parts) {
        this.parts = parts;
    }

    CompletionStage<HttpResponse> answer() {
        ServerMeters meters = parts.meters();
        meters.atWork(parts.sessions().atWork());
        return parts.status()
                .get()
                .handle((status, failure) -> failure == null ? Optional.of(status) : Optional.<ClusterStatus>empty())
                .thenApply(status -> {
                    status.ifPresent(meters::cluster);
                    return HttpResponse.create()
                            .withEntity(HttpEntities.create(
                                    ContentTypes.parse(ServerMeters.CONTENT_TYPE),
                                    ByteString.fromString(meters.scrape())));
                });
    }
}
