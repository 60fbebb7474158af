/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import io.headwater.cluster.media.Transport;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.decoding.DecodeRequest.Generate;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.testing.TinyModel;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A follower receives, rebuilds and runs steps without garbage, but for a little at a block crossing of its caches. */
final class FollowerAllocationTest {
    private static final int RUNS = 30;
    private static final int WARM = 20;
    private static final int STEPS = 150;
    private static final long MOST_BYTES = 16 << 10;

    @Test
    void aStepAllocatesNothing(@TempDir Path directory) throws Exception {
        try (LlamaModel model = LlamaModel.open(TinyModel.create().write(directory));
                Nodes nodes = new Nodes(model, Transport.IPC, 2)) {
            nodes.start(1, List.of(1.0, 1.0), Duration.ofSeconds(20));
            Tokenizer tokenizer = Tokenizer.of(model.file().metadata());
            DecodeThread leader = nodes.runtime(0).lead(tokenizer, BatchingOptions.defaults());
            long follower = threadId("follower-1-epoch-1");
            long least = Long.MAX_VALUE;
            for (int run = 0; run < RUNS && least > MOST_BYTES; run++) { // until everything is compiled
                least = Math.min(least, bytesOfARun(leader, follower));
            }

            assertTrue(least <= MOST_BYTES, "the follower allocated " + least + " bytes in " + STEPS + " steps");
        }
    }

    private static long bytesOfARun(DecodeThread leader, long follower) {
        long[] bytes = new long[2];
        Collected heard = new Collected();
        leader.submit(request(), event -> {
            heard.on(event); // the follower may be a step behind or ahead: it is the difference that counts
            if (heard.count() == WARM || heard.count() == WARM + STEPS) {
                bytes[heard.count() == WARM ? 0 : 1] = allocated(follower);
            }
        });
        await().atMost(Duration.ofMinutes(1)).until(heard::ended);
        assertTrue(bytes[0] > 0, heard.all().getLast());
        return bytes[1] - bytes[0];
    }

    private static Generate request() {
        return new Generate(
                1,
                TokenIds.of(5, 6, 7),
                0,
                SamplingOptions.defaults(),
                1,
                new TurnOptions(WARM + STEPS + 5, List.of(), true),
                false);
    }

    private static long allocated(long thread) {
        return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getThreadAllocatedBytes(thread);
    }

    private static long threadId(String name) {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().equals(name))
                .findFirst()
                .orElseThrow()
                .threadId();
    }
}
