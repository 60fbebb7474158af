/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.HeadCache;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.tensors.kernels.EntryMembers;
import io.headwater.tensors.kernels.KvLayout;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Engines that leave a fingerprint of all state of a sequence's cache behind when it is closed, the same however heads are dealt out. */
public final class HashingEngine implements StepEngine {
    private final EngineGroup group;
    private final LlamaConfig config;
    private final Tokenizer tokenizer;
    private final List<Fingerprint> closed = new ArrayList<>();

    public HashingEngine(EngineGroup group, LlamaConfig config, Tokenizer tokenizer) {
        this.group = group;
        this.tokenizer = tokenizer;
        this.config = config;
    }

    /** What is done with an engine. */
    public interface Check {
        void on(HashingEngine engine) throws Exception;
    }

    /** Does something with an engine over a model's file. */
    public static void with(Path file, EngineOptions options, Check check) throws Exception {
        try (LlamaModel model = LlamaModel.open(file);
                EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT)) {
            check.on(new HashingEngine(
                    group, model.config(), Tokenizer.of(model.file().metadata())));
        }
    }

    /** A cache's state: a hash of every head {@code [layer, head]}, how long it was, what it was charged. */
    public record Fingerprint(List<Long> heads, List<Integer> lengths, int position, long bytes) {}

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    /** Of the sequences that were closed, in that order. */
    public List<Fingerprint> closed() {
        return closed;
    }

    @Override
    public void close(Sequence sequence) {
        List<Long> hashes = new ArrayList<>();
        List<Integer> lengths = new ArrayList<>();
        for (int layer = 0; layer < config.nLayers(); layer++) {
            for (int shard = 0; shard < group.plan().shards().size(); shard++) {
                int units = group.plan().shards().get(shard).headUnits().count();
                int heads = units * config.nKvHeads() / headUnits();
                for (int head = 0; head < heads; head++) {
                    HeadCache cache = sequence.cache(shard).head(layer, head);
                    hashes.add(hash(cache, sequence.options()));
                    lengths.add(cache.length());
                }
            }
        }
        closed.add(new Fingerprint(hashes, lengths, sequence.position(), sequence.kvBytes()));
        group.close(sequence);
    }

    private int headUnits() {
        return group.plan().shards().stream()
                .mapToInt(shard -> shard.headUnits().count())
                .sum();
    }

    private static long hash(HeadCache head, KvOptions options) {
        KvLayout layout = head.layout();
        long hash = head.length();
        for (int entry = 0; entry < head.length(); entry++) {
            long block = head.block(entry / KvLayout.BLOCK_ENTRIES);
            int within = entry % KvLayout.BLOCK_ENTRIES;
            for (int d = 0; d < layout.headDim(); d++) {
                hash = mix(hash, layout.key(head.memory(), block, within, d));
                hash = mix(hash, layout.value(head.memory(), block, within, d));
            }
            hash = 31 * hash + head.position(entry);
            hash = mix(hash, head.columnSum(entry));
            for (int i = 0; i < options.policy().stateFloats(); i++) {
                hash = mix(hash, head.state(i, entry));
            }
            float[] bias = head.bias();
            hash = mix(hash, bias == null ? 0 : bias[entry]);
        }
        float[] queries = head.windowQueries();
        int rowFloats = head.windowFloats() / Math.max(1, options.policy().window());
        for (int i = 0; i < head.windowLength() * rowFloats; i++) {
            hash = mix(hash, queries[i]);
        }
        EntryMembers members = head.members();
        for (int i = 0; members != null && i < members.count(); i++) {
            hash = mix(31 * hash + members.entry(i), members.ratio(i));
        }
        return hash;
    }

    private static long mix(long hash, float value) {
        return 1_000_003 * hash + Float.floatToRawIntBits(value);
    }

    @Override
    public int contextLength() {
        return group.contextLength();
    }

    @Override
    public int vocabSize() {
        return group.vocabSize();
    }

    @Override
    public int maxRows() {
        return group.maxRows();
    }

    @Override
    public int maxLogitsRows() {
        return group.maxLogitsRows();
    }

    @Override
    public String unfit(KvOptions options) {
        return group.unfit(options);
    }

    @Override
    public Sequence open(long id, KvOptions options) {
        return group.open(id, options);
    }

    @Override
    public StepBatch nextStep() {
        return group.nextStep();
    }

    @Override
    public void run(StepBatch batch) throws EngineException {
        group.run(batch);
    }

    @Override
    public float[] logits() {
        return group.logits();
    }

    @Override
    public EngineStatistics statistics() {
        return group.statistics();
    }
}
