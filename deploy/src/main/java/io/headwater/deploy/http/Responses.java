/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.deploy.cli.Json;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** Answers in JSON. */
final class Responses {
    private Responses() {}

    static HttpResponse ok(Object value) {
        return json(StatusCodes.OK, value);
    }

    static HttpResponse json(StatusCode status, Object value) {
        return HttpResponse.create()
                .withStatus(status)
                .withEntity(HttpEntities.create(ContentTypes.APPLICATION_JSON, text(value)));
    }

    static String text(Object value) {
        return Json.text(value);
    }
}
