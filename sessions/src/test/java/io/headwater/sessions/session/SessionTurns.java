/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.sessions.log.Message;
import io.headwater.sessions.log.SessionEvent.Opened;
import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.Told;
import io.headwater.sessions.stream.SessionFeed;
import io.headwater.sessions.stream.TokenStream;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.apache.pekko.stream.javadsl.Sink;

/** What tests say to sessions, and hear. */
final class SessionTurns {
    private SessionTurns() {}

    static <T> T get(CompletionStage<T> stage) {
        return stage.toCompletableFuture().orTimeout(30, TimeUnit.SECONDS).join();
    }

    static Opened opened(SessionServer server, boolean plain) {
        return new Opened(1, plain, server.sessions.model(), KvOptions.NONE, List.of(), "{}");
    }

    static TurnRequest say(String text, String key) {
        return new TurnRequest(
                List.of(new Message("user", text)),
                TokenIds.NONE,
                SamplingOptions.defaults(),
                11,
                new TurnOptions(50, List.of(), false),
                key,
                key.isEmpty() ? "" : "digest of " + text);
    }

    static List<Told> told(SessionServer server, SessionFeed feed, int after) {
        return get(TokenStream.ofTurn(feed, server.sessions.reader(), after)
                .mapConcat(page -> page)
                .runWith(Sink.seq(), server.kit.system()));
    }

    static List<Integer> tokens(List<Told> told) {
        return told.stream()
                .filter(Sampled.class::isInstance)
                .map(each -> ((Sampled) each).token())
                .toList();
    }
}
