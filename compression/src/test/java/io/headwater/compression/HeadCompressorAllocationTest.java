/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.lang.management.ManagementFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Scratch is made with the compressor: a compression allocates a few small objects, nothing that grows with the head. */
class HeadCompressorAllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final KvLayout LAYOUT = new KvLayout(16, KvType.BF16);
    private static final int N = 600;
    private static final int HEADS = 12;
    private static final int LARGEST = 4096;

    /** The test's own rotation allocates: StrictMath does. */
    private static final Rotation IDENTITY = new Rotation() {
        @Override
        public void rotate(float[] v, int at, int position) {}

        @Override
        public void rotateBack(float[] v, int at, int position) {}
    };

    @Test
    void noPolicyAllocatesWhatGrowsWithTheHead() throws PolicyException {
        for (PolicyDescription description : KvPolicy.known()) {
            KvPolicy policy = KvPolicy.parse(description.name());
            TestHead[] heads = IntStream.range(0, HEADS)
                    .mapToObj(seed -> RandomHeads.head(LAYOUT, N, 1, Math.max(1, policy.window()), 0.3f, seed))
                    .toArray(TestHead[]::new);
            HeadCompressor compressor = new HeadCompressor(policy, LAYOUT, 1, N, Kernels.scalar(), IDENTITY);
            long least = Long.MAX_VALUE; // the first calls load classes
            for (TestHead head : heads) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                compressor.compress(head, 200);
                least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
            }
            assertThat(least).as(policy.text()).isLessThan(LARGEST);
        }
    }
}
