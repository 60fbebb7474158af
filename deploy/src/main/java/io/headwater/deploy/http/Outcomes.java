/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.sessions.log.SessionEvent.TurnProblem;
import io.headwater.sessions.session.SessionReply;
import io.headwater.sessions.stream.SessionFeed;
import org.apache.pekko.http.javadsl.model.StatusCodes;

/** What went wrong in a session, as HTTP says it. */
final class Outcomes {
    private Outcomes() {}

    /** A turn that ended with an error. */
    static ApiError error(TurnProblem problem) {
        return switch (Failure.valueOf(problem.kind())) {
            case BAD_REQUEST -> ApiError.bad(null, "invalid_request", problem.message());
            case BROKEN -> ApiError.broken(problem.message());
            case FULL -> ApiError.full(problem.message());
            case UNAVAILABLE -> ApiError.unavailable(problem.message());
        };
    }

    /** An answer that will not be told to its end here: its feed has ended before it. */
    static ApiError cut(SessionFeed feed) {
        return feed.deleted()
                ? ApiError.notFound(
                        "session_not_found", "the session was deleted before its answer had come to its end")
                : ApiError.unavailable(
                        "this server is ending: the answer goes on when it, or another one, has the session "
                                + feed.session() + "; read the rest from /v1/sessions/" + feed.session() + "/tokens");
    }

    /** An answer that is not the one that was hoped for. {@code messages}: the field that the prompt came from. */
    static ApiError error(SessionReply reply, String messages) {
        return switch (reply) {
            case SessionReply.Missing _ ->
                ApiError.notFound("session_not_found", "there is no such session: it may have expired");
            case SessionReply.Busy _ ->
                ApiError.conflict("session_busy", "the session has an answer at work: wait for its end, or cancel it");
            case SessionReply.Full full -> ApiError.full(full.message());
            case SessionReply.Unavailable later -> ApiError.unavailable(later.message());
            case SessionReply.Refused refused -> refused(refused, messages);
            case SessionReply.Ready _,
                    SessionReply.Accepted _,
                    SessionReply.Description _,
                    SessionReply.Watching _,
                    SessionReply.Done _ -> throw new IllegalStateException("not an error: " + reply);
        };
    }

    private static ApiError refused(SessionReply.Refused refused, String messages) {
        return switch (refused.reason()) {
            case MESSAGES -> ApiError.value(messages, refused.message());
            case TOO_LONG -> ApiError.bad(messages, "context_length_exceeded", refused.message());
            case KEY_REUSED -> ApiError.bad("Idempotency-Key", "idempotency_key_reused", refused.message());
            case SESSION -> ApiError.other(StatusCodes.CONFLICT, "session_closed", refused.message());
        };
    }
}
