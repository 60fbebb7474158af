/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.generation.FinishReason;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.pekko.actor.testkit.typed.javadsl.TestInbox;
import org.junit.jupiter.api.Test;

final class GatewayClientTest {
    private static final Ended STOP = new Ended(FinishReason.STOP, "", List.of(), SequenceFigures.NONE);
    private static final BudgetChanged FALLEN = new BudgetChanged(new BudgetEvent(7, 64));
    private final TestInbox<Gateway.Command> gateway = TestInbox.create();
    private final GatewayClient client = new GatewayClient(gateway.getRef(), new GatewayView(), () -> 70);
    private final List<DecodeEvent> heard = new ArrayList<>();

    @Test
    void aKeptSessionHearsOfItsCacheAfterItsRequest() {
        DecodeListener events = submitted();
        hear(events, STOP);
        hear(events, FALLEN);
        assertThat(heard).containsExactly(STOP, FALLEN);
    }

    @Test
    void aSessionThatIsReleasedWhileItsRequestIsAtWorkIsForgottenAtItsEnd() {
        DecodeListener events = submitted();
        client.release(5);
        assertThat(gateway.receiveMessage()).isEqualTo(new Gateway.Release(70));
        hear(events, STOP);
        hear(events, FALLEN);
        assertThat(heard).containsExactly(STOP);
    }

    @Test
    void ofAClientThatKeepsCachesTheyAreKnownByItsOwnIdsAndGoToFilesAtItsEnd() {
        client.keepCaches();
        client.submit(Plans.request(5, 5, true), heard::add);
        Gateway.Submit submit = (Gateway.Submit) gateway.receiveMessage();
        assertThat(submit.request().session()).isEqualTo(70);
        assertThat(submit.request().shelf()).isEqualTo(5);
        hear(submit.listener(), STOP);
        client.park(5);
        Gateway.Park park = (Gateway.Park) gateway.receiveMessage();
        assertThat(park.session()).isEqualTo(70);
        park.done().run();
        client.release(5);
        assertThat(gateway.receiveMessage()).isEqualTo(new Gateway.Forget(5));
        client.close();
        assertThat(gateway.hasMessages()).isFalse();
    }

    /** Where the gateway tells what happens to the request. */
    private DecodeListener submitted() {
        client.submit(Plans.request(5, 5, true), heard::add);
        Gateway.Submit submit = (Gateway.Submit) gateway.receiveMessage();
        assertThat(submit.request().session()).isEqualTo(70);
        assertThat(submit.request().shelf()).isEqualTo(DecodeRequest.NO_SHELF);
        return submit.listener();
    }

    private void hear(DecodeListener events, DecodeEvent event) {
        events.on(event);
        client.await(Duration.ZERO);
    }
}
