/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.deploy.cli.UserError;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.javadsl.model.StatusCode;
import org.apache.pekko.http.javadsl.model.StatusCodes;
import org.apache.pekko.http.javadsl.model.headers.RawHeader;
import org.jspecify.annotations.Nullable;

/** What a client hears when a request cannot be answered: the fields that OpenAI documents, a status, and the header that HTTP wants with it. */
final class ApiError extends RuntimeException {
    private static final long serialVersionUID = 1;
    private static final String RETRY_SECONDS = "1";
    private static final String CLIENTS = "invalid_request_error";
    private static final String SERVERS = "server_error";

    private final transient StatusCode status;
    private final transient Map<String, String> headers;
    private final String type;
    private final @Nullable String param;
    private final String code;

    private ApiError(StatusCode status, String type, @Nullable String param, String code, String message) {
        this(status, type, param, code, message, Map.of());
    }

    private ApiError(
            StatusCode status,
            String type,
            @Nullable String param,
            String code,
            String message,
            Map<String, String> headers) {
        super(message);
        this.status = status;
        this.type = type;
        this.param = param;
        this.code = code;
        this.headers = headers;
    }

    /** 400: {@code param} names the field. */
    static ApiError bad(@Nullable String param, String code, String message) {
        return new ApiError(StatusCodes.BAD_REQUEST, CLIENTS, param, code, message);
    }

    /** 400 for a field's value. */
    static ApiError value(String param, String message) {
        return bad(param, "invalid_value", message);
    }

    /** 400 for an option, with the sentence that a command would say. */
    static ApiError of(String param, UserError error) {
        return value(param, String.valueOf(error.getMessage()));
    }

    static ApiError notFound(String code, String message) {
        return new ApiError(StatusCodes.NOT_FOUND, CLIENTS, null, code, message);
    }

    static ApiError conflict(String code, String message) {
        return new ApiError(StatusCodes.CONFLICT, CLIENTS, null, code, message);
    }

    /** 401. */
    static ApiError key(String message) {
        return new ApiError(
                StatusCodes.UNAUTHORIZED,
                CLIENTS,
                null,
                "invalid_api_key",
                message,
                Map.of("WWW-Authenticate", "Bearer"));
    }

    /** 403. */
    static ApiError forbidden(String code, String message) {
        return new ApiError(StatusCodes.FORBIDDEN, CLIENTS, null, code, message);
    }

    /** 405: {@code methods} are understood. */
    static ApiError method(String message, String methods) {
        return new ApiError(
                StatusCodes.METHOD_NOT_ALLOWED, CLIENTS, null, "method_not_allowed", message, Map.of("Allow", methods));
    }

    /** 429: later there may be room. */
    static ApiError full(String message) {
        return new ApiError(StatusCodes.TOO_MANY_REQUESTS, "rate_limit_error", null, "overloaded", message, later());
    }

    /** 503: nothing serves now. */
    static ApiError unavailable(String message) {
        return new ApiError(StatusCodes.SERVICE_UNAVAILABLE, SERVERS, null, "unavailable", message, later());
    }

    private static Map<String, String> later() {
        return Map.of("Retry-After", RETRY_SECONDS);
    }

    /** 500: a bug or a broken model. */
    static ApiError broken(String message) {
        return new ApiError(StatusCodes.INTERNAL_SERVER_ERROR, SERVERS, null, "internal_error", message);
    }

    static ApiError other(StatusCode status, String code, String message) {
        return new ApiError(status, CLIENTS, null, code, message);
    }

    StatusCode status() {
        return status;
    }

    /** {@code {"error":{…}}}. */
    Map<String, Object> body() {
        Map<String, @Nullable Object> error = new LinkedHashMap<>();
        error.put("message", getMessage());
        error.put("type", type);
        error.put("param", param);
        error.put("code", code);
        return Map.of("error", error);
    }

    HttpResponse response() {
        HttpResponse response = Responses.json(status, body());
        for (Map.Entry<String, String> header : headers.entrySet()) {
            response = response.addHeader(RawHeader.create(header.getKey(), header.getValue()));
        }
        return response;
    }
}
