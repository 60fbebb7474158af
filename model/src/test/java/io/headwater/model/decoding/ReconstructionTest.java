/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReconstructionTest {
    @TempDir
    private Path directory;

    @Test
    void everyTokenIsRepeatedOnceBesideRequestsAndTails() throws Exception {
        try (LlamaModel model = LlamaModel.open(TinyModel.create().write(directory))) {
            Tokenizer tokenizer = Tokenizer.of(model.file().metadata());
            int[] tokens = IntStream.range(0, 5000).map(i -> i % 250).toArray();

            List<int[]> parts = new Reconstruction(tokenizer).parts(tokens, 100, 5000, 8192);

            List<Integer> repeated = new ArrayList<>();
            for (int[] part : parts) {
                assertThat(part.length).isLessThanOrEqualTo(KvOptions.REPEATED);
                int from = repeated.isEmpty()
                        ? tokenizer.encode("\n\nRepeat the previous context exactly.\n", false).length
                        : tokenizer.encode("\n\nRepeat the part of the previous context exactly, starting with", false)
                                        .length
                                + 8;
                IntStream.range(from, part.length).forEach(i -> repeated.add(part[i]));
            }
            assertThat(repeated)
                    .isEqualTo(IntStream.range(100, 5000).mapToObj(i -> i % 250).toList());
            assertThat(new Reconstruction(tokenizer).parts(tokens, 0, 100, 3)).isEmpty();
        }
    }
}
