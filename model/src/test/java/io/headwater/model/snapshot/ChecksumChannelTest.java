/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Channels that take little at once, or nothing. */
final class ChecksumChannelTest {
    @Test
    void aChannelThatTakesNothingIsGivenUp() {
        ChecksumChannel channel = new ChecksumChannel(new Reluctant(Integer.MAX_VALUE));
        assertTimeoutPreemptively(
                Duration.ofSeconds(30),
                () -> assertThatThrownBy(() -> channel.write(ByteBuffer.allocate(5)))
                        .isInstanceOf(IOException.class)
                        .hasMessage("the channel took none of 5 bytes 1000 times: give one that blocks until it can"));
    }

    @Test
    void aChannelThatTakesAByteNowAndThenGetsAll() throws Exception {
        ChecksumChannel channel = new ChecksumChannel(new Reluctant(700));
        assertThat(channel.write(ByteBuffer.allocate(5))).isEqualTo(5);
        assertThat(channel.count()).isEqualTo(5);
    }

    /** Takes one byte every so many writes. */
    private static final class Reluctant implements WritableByteChannel {
        private final int every;
        private int writes;

        Reluctant(int every) {
            this.every = every;
        }

        @Override
        public int write(ByteBuffer source) {
            if (++writes % every != 0) {
                return 0;
            }
            source.get();
            return 1;
        }

        @Override
        public boolean isOpen() {
            return true;
        }

        @Override
        public void close() {}
    }
}
