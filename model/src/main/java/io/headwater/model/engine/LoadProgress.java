/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.gguf.GgufTensor;
import io.headwater.model.llama.LlamaModel;
import java.util.concurrent.atomic.AtomicLong;

/** Counts what all shards' loaders have packed against the whole file, and tells the listener. */
final class LoadProgress {
    private final LoadListener listener;
    private final long totalBytes;
    private final AtomicLong doneBytes = new AtomicLong();

    LoadProgress(LlamaModel model, LoadListener listener) {
        this.listener = listener;
        this.totalBytes =
                model.file().tensors().stream().mapToLong(GgufTensor::byteSize).sum();
    }

    void add(long bytes) {
        listener.loaded(Math.min(totalBytes, doneBytes.addAndGet(bytes)), totalBytes);
    }

    /** Everything is packed: what no loader counts (norms, an embedding that is read in place) too. */
    void finish() {
        listener.loaded(totalBytes, totalBytes);
    }
}
