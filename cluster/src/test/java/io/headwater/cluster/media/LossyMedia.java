/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

import io.aeron.driver.ext.DebugReceiveChannelEndpoint;
import io.aeron.driver.ext.LossGenerator;
import io.aeron.driver.ext.RandomLossGenerator;
import java.util.concurrent.atomic.AtomicLong;

/** A UDP driver that loses a part of the packets it receives; the same packets for the same seed and order. */
public final class LossyMedia {
    private LossyMedia() {}

    /** {@code lost} counts what the generators have dropped. */
    public static Media start(double loss, long seed, AtomicLong lost) {
        return Media.start(
                MediaOptions.udp("127.0.0.1"),
                context -> context.receiveChannelEndpointSupplier((channel, dispatcher, status, driver) ->
                        new DebugReceiveChannelEndpoint(
                                channel,
                                dispatcher,
                                status,
                                driver,
                                counting(new RandomLossGenerator(loss, seed), lost),
                                counting(new RandomLossGenerator(loss, seed + 1), lost))));
    }

    private static LossGenerator counting(RandomLossGenerator generator, AtomicLong lost) {
        return (address, buffer, length) -> {
            boolean drops = generator.shouldDropFrame(address, buffer, length);
            lost.addAndGet(drops ? 1 : 0);
            return drops;
        };
    }
}
