/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.headwater.deploy.cli.Cli;
import io.headwater.deploy.cli.Json;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.apache.pekko.http.javadsl.model.ContentTypes;
import org.apache.pekko.http.javadsl.model.HttpEntities;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/** {@code GET /}, the chat page, and {@code GET /openapi.json}, the API's description: files of this package. */
final class StaticRoutes {
    /** The page talks to its own server only, and no other page may show it in a frame. */
    private static final String POLICY = "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline';"
            + " img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    private final HttpResponse page;
    private final HttpResponse description;
    private final Set<String> described = new TreeSet<>();

    StaticRoutes() {
        page = HttpResponse.create()
                .withEntity(HttpEntities.create(ContentTypes.TEXT_HTML_UTF8, file("index.html")))
                .addHeaders(List.of(
                        RawHeader.create("Content-Security-Policy", POLICY),
                        RawHeader.create("X-Content-Type-Options", "nosniff"),
                        RawHeader.create("Referrer-Policy", "no-referrer"),
                        RawHeader.create("Cache-Control", "no-cache")));
        ObjectNode openApi = (ObjectNode) Json.parse(file("openapi.json"), "openapi.json");
        openApi.withObject("info").put("version", Cli.VERSION);
        description = Responses.ok(openApi);
        openApi.path("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    if (!operation.getKey().equals("parameters")) {
                        described.add(operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey());
                    }
                }));
    }

    /** Each method and path that the description has. */
    Set<String> described() {
        return described;
    }

    HttpResponse page() {
        return page;
    }

    HttpResponse description() {
        return description;
    }

    private static String file(String name) {
        try (@Nullable InputStream in = StaticRoutes.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the program lacks its file " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException("reading the program's file " + name, e);
        }
    }
}
