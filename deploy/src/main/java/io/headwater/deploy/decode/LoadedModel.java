/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.actors.decode.GatewayClient;
import io.headwater.actors.node.CacheFolder;
import io.headwater.actors.node.ClusterNode;
import io.headwater.deploy.calibration.Calibrations;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.cluster.ClusterSession;
import io.headwater.model.decoding.BatchingOptions;
import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.LocalDecodeClient;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufFile;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.saved.SnapshotFiles;
import io.headwater.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A model that is ready to decode. Owned by the command's thread. */
public final class LoadedModel implements AutoCloseable {
    /** Between two looks at Ctrl-C. */
    private static final Duration PATIENCE = Duration.ofMillis(100);

    private final String name;
    private final LlamaModel model;
    private final Tokenizer tokenizer;
    private final EngineOptions options;
    private final KvOptions kv;
    private final Calibrations calibrations;
    private final DecodeClient client;
    private final @Nullable EngineGroup engines;
    private final @Nullable ClusterNode node;
    private final Runnable end;
    private final long loadNanos;
    /** Session ids are unique among those of all commands that a cluster serves. */
    private long sessions = UUID.randomUUID().getMostSignificantBits() >>> 1;

    private LoadedModel(
            String name,
            LlamaModel model,
            Tokenizer tokenizer,
            EngineOptions options,
            KvOptions kv,
            DecodeClient client,
            @Nullable EngineGroup engines,
            @Nullable ClusterNode node,
            Runnable end,
            long loadNanos) {
        this.name = name;
        this.model = model;
        this.tokenizer = tokenizer;
        this.options = options;
        this.kv = kv;
        this.calibrations = new Calibrations(model);
        this.client = client;
        this.engines = engines;
        this.node = node;
        this.end = end;
        this.loadNanos = loadNanos;
    }

    static LoadedModel open(
            String name,
            Path path,
            Function<LlamaConfig, EngineOptions> settings,
            BatchingOptions batching,
            KvOptions kv,
            LoadListener progress) {
        long start = System.nanoTime();
        try {
            LlamaModel model = LlamaModel.open(path);
            boolean opened = false;
            try {
                EngineOptions options = settings.apply(model.config());
                Tokenizer tokenizer = Tokenizer.of(model.file().metadata());
                EngineGroup engines = EngineGroup.start(model, options, progress);
                DecodeClient client = new LocalDecodeClient(
                        engines,
                        tokenizer,
                        batching,
                        engines.plan().epoch(),
                        options.nodes(),
                        options.nodes() * options.threadsPerNode());
                opened = true;
                Runnable end = () -> {
                    engines.close();
                    model.close();
                };
                return new LoadedModel(
                        name, model, tokenizer, options, kv, client, engines, null, end, System.nanoTime() - start);
            } finally {
                if (!opened) {
                    model.close();
                }
            }
        } catch (GgufException | EngineException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /** On the nodes of a cluster, which began to start at {@code startNanos}; closing it ends or leaves the cluster. */
    static LoadedModel on(ClusterSession cluster, String name, EngineOptions options, KvOptions kv, long startNanos) {
        ClusterNode node = cluster.node();
        return new LoadedModel(
                name,
                node.model(),
                node.tokenizer(),
                options,
                kv,
                node.client(),
                null,
                node,
                cluster::close,
                System.nanoTime() - startNanos);
    }

    /** As the user wrote it. */
    public String name() {
        return name;
    }

    public LlamaConfig config() {
        return model.config();
    }

    public Tokenizer tokenizer() {
        return tokenizer;
    }

    public EngineOptions options() {
        return options;
    }

    /** How sessions' caches are kept, where they do not say otherwise. */
    public KvOptions kv() {
        return kv;
    }

    /** Gives policies the head groups of this model. */
    public Calibrations calibrations() {
        return calibrations;
    }

    /** Where work is handed in. */
    public DecodeClient client() {
        return client;
    }

    /**
     * The engines, for what looks into their caches and hands nothing in at {@link #client}.
     *
     * @throws IllegalStateException if they are in other processes
     */
    public EngineGroup engines() {
        if (engines == null) {
            throw new IllegalStateException("the engines are in other processes: load the model here");
        }
        return engines;
    }

    /** This process's node of the cluster that decodes; empty if the model is in this process. */
    public Optional<ClusterNode> node() {
        return Optional.ofNullable(node);
    }

    /**
     * Lets caches of sessions go to files, and come back from there; before the first request. On a cluster they lie where its nodes have folders for them.
     *
     * @param fingerprint of the model's file
     * @param log hears one line for whatever could not be saved or used
     */
    public void keepCaches(CacheFolder folder, String fingerprint, Consumer<String> log) throws IOException {
        if (engines != null && client instanceof LocalDecodeClient local) {
            local.keepOn(SnapshotFiles.open(engines, fingerprint, folder.path(), folder.mostBytes(), log));
        } else if (client instanceof GatewayClient cluster) {
            cluster.keepCaches();
        }
    }

    /** The model's file; lent. */
    public GgufFile file() {
        return model.file();
    }

    /** Positions that a session may have. */
    public int contextLength() {
        return options.contextLength();
    }

    /** An id for a session that no other has. */
    public long newSession() {
        return sessions++;
    }

    /** Works until all that was handed in is over; ends it early if that is asked for. */
    public void await(Asked work, Cancellation cancellation) {
        boolean cancelled = false;
        while (!work.over()) {
            if (!cancelled && cancellation.asked()) {
                work.cancel();
                cancelled = true;
            }
            client.await(PATIENCE);
        }
    }

    public long loadNanos() {
        return loadNanos;
    }

    /** How this model writes a conversation. */
    public ChatFormat chatFormat() {
        return ChatFormat.of(model.file().metadata(), tokenizer);
    }

    /** The ids of a whole prompt: special tokens parsed, and the model's BOS where it wants one and the text has none. */
    public int[] promptTokens(String text) {
        int[] ids = tokenizer.encode(text, true);
        int bos = tokenizer.addBos() ? tokenizer.bos().orElse(-1) : -1;
        if (bos < 0 || (ids.length > 0 && ids[0] == bos)) {
            return ids;
        }
        int[] begun = new int[ids.length + 1];
        begun[0] = bos;
        System.arraycopy(ids, 0, begun, 1, ids.length);
        return begun;
    }

    /**
     * Refuses token ids that cannot be a prompt.
     *
     * @throws UserError if there are none, more than the context holds (with a full cache), or one that the vocabulary lacks
     */
    public void checkPrompt(int[] ids) {
        checkPrompt(ids, kv());
    }

    /** As the other, of a session whose cache is kept in this way. */
    public void checkPrompt(int[] ids, KvOptions kv) {
        if (ids.length == 0) {
            throw new UserError("the prompt is empty: give at least one token");
        }
        if (kv.full() && ids.length > contextLength()) {
            throw new UserError("the prompt has " + ids.length + " tokens, the context " + contextLength()
                    + (contextLength() < config().contextLength()
                            ? ": shorten it, raise --context (this model: up to " + config().contextLength() + ")"
                            : " (the model's): shorten it")
                    + " (a session with a KV policy goes on beyond it)");
        }
        for (int id : ids) {
            if (id < 0 || id >= config().vocabSize()) {
                throw new UserError(
                        "token " + id + " is not in the vocabulary: give ids from 0 to " + (config().vocabSize() - 1));
            }
        }
    }

    @Override
    public void close() {
        client.close();
        end.run();
    }
}
