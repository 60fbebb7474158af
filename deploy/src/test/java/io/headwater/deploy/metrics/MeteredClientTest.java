/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

final class MeteredClientTest {
    private final MeterRegistry registry = new SimpleMeterRegistry();
    private final MeteredClient client = new MeteredClient(new EndsAtOnce(), new DecodeMeters(registry), () -> 1);

    private void answer(long session, boolean keep, int compressions) {
        client.submit(
                new Generate(
                        session,
                        TokenIds.of(1, 2),
                        0,
                        SamplingOptions.defaults(),
                        compressions,
                        new TurnOptions(5, List.of(), false),
                        keep),
                _ -> {});
    }

    private double counted() {
        return registry.counter("headwater.kv.compressions").count();
    }

    @Test
    void changePointsOfASessionCountOnceHoweverManyAnswersItHas() {
        answer(7, true, 3);
        answer(7, true, 5);
        answer(8, false, 4);

        assertThat(counted()).isEqualTo(9);
    }

    @Test
    void nothingIsKeptOfCompletionsAndABoundedNumberOfSessions() {
        for (int i = 0; i < 100; i++) {
            answer(i, false, 1);
        }
        assertThat(client.known()).isZero();

        for (int i = 0; i < MeteredClient.MOST_KNOWN + 10; i++) {
            answer(i, true, 1);
        }

        assertThat(client.known()).isEqualTo(MeteredClient.MOST_KNOWN);
        client.release(MeteredClient.MOST_KNOWN);
        assertThat(client.known()).isEqualTo(MeteredClient.MOST_KNOWN - 1);
    }

    /** Ends each request at once; its seed says how often the session's cache has been compressed so far. */
    private static final class EndsAtOnce implements DecodeClient {
        @Override
        public void submit(DecodeRequest request, DecodeListener listener) {
            int compressions = (int) ((Generate) request).seed();
            listener.on(new Ended(
                    FinishReason.LENGTH,
                    "",
                    List.of(),
                    new SequenceFigures(0, 0, 0, 0, 0, List.of(), List.of(), compressions, 0, 0, 0, 0, 0, 0, 0, 0)));
        }

        @Override
        public void cancel(long session) {}

        @Override
        public void release(long session) {}

        @Override
        public void park(long session) {}

        @Override
        public boolean await(Duration timeout) {
            return false;
        }

        @Override
        public void wake() {}

        @Override
        public ClientFigures figures() {
            return new ClientFigures(1, 1, 1, "", 0, 0, 0, 0, 0, 0);
        }

        @Override
        public void close() {}
    }
}
