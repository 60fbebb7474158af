/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

import io.aeron.driver.ext.DebugReceiveChannelEndpoint;
import io.aeron.driver.ext.RandomLossGenerator;

/** A UDP driver that loses a part of the packets it receives; the same packets for the same seed and order. */
public final class LossyMedia {
    private LossyMedia() {}

    public static Media start(double loss, long seed) {
        return Media.start(
                MediaOptions.udp("127.0.0.1"),
                context -> context.receiveChannelEndpointSupplier(
                        (channel, dispatcher, status, driver) -> new DebugReceiveChannelEndpoint(
                                channel,
                                dispatcher,
                                status,
                                driver,
                                new RandomLossGenerator(loss, seed),
                                new RandomLossGenerator(loss, seed + 1))));
    }
}
