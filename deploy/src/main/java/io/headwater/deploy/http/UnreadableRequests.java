/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import org.apache.pekko.event.LoggingAdapter;
import org.apache.pekko.http.ParsingErrorHandler;
import org.apache.pekko.http.javadsl.model.HttpResponse;
import org.apache.pekko.http.scaladsl.model.ErrorInfo;
import org.apache.pekko.http.scaladsl.model.StatusCode;
import org.apache.pekko.http.scaladsl.settings.ServerSettings;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers what is no HTTP request, or has a target or a header that cannot be read, in the form of all errors. Pekko finds it by its name; there is no id
 * then, as no header could be read.
 */
public final class UnreadableRequests extends ParsingErrorHandler {
    /** Where Pekko looks, as in a Scala object. */
    @SuppressWarnings("checkstyle:ConstantName")
    public static final UnreadableRequests MODULE$ = new UnreadableRequests();

    private static final Logger LOG = LoggerFactory.getLogger(UnreadableRequests.class);
    private static final int NOT_IMPLEMENTED = 501;

    private UnreadableRequests() {}

    @Override
    public HttpResponse handle(StatusCode status, ErrorInfo info, LoggingAdapter log, ServerSettings settings) {
        ApiError error = status.intValue() == NOT_IMPLEMENTED
                ? ApiError.method("this method is not understood: use GET, POST or DELETE", "GET, POST, DELETE")
                : ApiError.other(status, "unreadable_request", "the request cannot be read: " + info.summary());
        LOG.info("an unreadable request gets {}: {}", error.status().intValue(), info.summary());
        return error.response();
    }
}
