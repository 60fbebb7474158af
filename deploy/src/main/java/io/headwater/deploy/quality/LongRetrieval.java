/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

import io.headwater.actors.node.CacheFolder;
import io.headwater.deploy.decode.AskedAnswer;
import io.headwater.deploy.decode.AskedAnswer.Question;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.GenerationOptions;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.PrefillListener;
import io.headwater.deploy.decode.TextListener;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.kvcache.Rebasing;
import io.headwater.model.sampling.SamplingOptions;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;

/**
 * Tries cases that are longer than the model's context. Each is the prompt of a session, compressed every {@code prefillLimit} tokens on its way and re-based
 * where the context ends, so there is no full cache to fork. What a case has in common with the next one, down to where both are re-based, is read once: its
 * cache waits in a file of a temporary folder, and both go on from there with the bits that they would have alone.
 */
final class LongRetrieval implements AutoCloseable {
    private final LoadedModel model;
    private final Cancellation cancellation;
    private final CacheFolder folder;
    private final long session;

    private LongRetrieval(LoadedModel model, Cancellation cancellation, CacheFolder folder) {
        this.model = model;
        this.cancellation = cancellation;
        this.folder = folder;
        this.session = model.newSession();
    }

    /** {@code log} hears one line if caches cannot be kept: then what cases have in common is read again each time. */
    static LongRetrieval on(LoadedModel model, Cancellation cancellation, Consumer<String> log) throws IOException {
        CacheFolder folder = new CacheFolder(Files.createTempDirectory("headwater-caches"), Long.MAX_VALUE);
        model.keepCaches(folder, model.name(), log);
        return new LongRetrieval(model, cancellation, folder);
    }

    /** Whether a case's prompt and answer are longer than the context. */
    static boolean needed(LoadedModel model, RetrievalCase asked) {
        return prompt(model, asked).length + answer(model, asked).length > model.contextLength();
    }

    private static int[] prompt(LoadedModel model, RetrievalCase asked) {
        return model.promptTokens(asked.prompt());
    }

    private static int[] answer(LoadedModel model, RetrievalCase asked) {
        return model.tokenizer().encode(asked.answer(), false);
    }

    /**
     * Whether each case's answer is right, in their order.
     *
     * @param kv how the cache is kept; not full
     * @param progress hears how far each prompt is read
     */
    List<Boolean> answers(List<RetrievalCase> cases, KvOptions kv, PrefillListener progress) {
        List<Boolean> right = new ArrayList<>();
        int[] waiting = {};
        for (int i = 0; i < cases.size(); i++) {
            int[] prompt = prompt(model, cases.get(i));
            int[] next = i + 1 < cases.size() ? prompt(model, cases.get(i + 1)) : new int[0];
            int[] shared = Arrays.copyOf(prompt, lastRebasing(common(prompt, next)));
            if (shared.length > 0 && !Arrays.equals(shared, waiting)) {
                greedy(shared, 1, kv, true, progress);
                model.client().park(session);
                waiting = shared;
            }
            int[] answer = answer(model, cases.get(i));
            right.add(Arrays.equals(answer, greedy(prompt, answer.length, kv, false, progress)));
        }
        model.client().release(session); // the next policy's caches are others
        return right;
    }

    private static int common(int[] one, int[] other) {
        int differ = Arrays.mismatch(one, other);
        return differ < 0 ? one.length : differ;
    }

    /** The last of so many tokens after which a session is re-based, and so compressed whatever comes later; 0 if there is none. */
    private int lastRebasing(int tokens) {
        Rebasing rebasing = Rebasing.at(model.contextLength());
        int last = 0;
        for (int next = rebasing.next(0); next <= tokens; next = rebasing.next(next)) {
            last = next;
        }
        return last;
    }

    private int[] greedy(int[] prompt, int tokens, KvOptions kv, boolean keep, PrefillListener progress) {
        model.checkPrompt(prompt, kv);
        GenerationOptions options =
                new GenerationOptions(SamplingOptions.defaults(), 0, new TurnOptions(tokens, List.of(), true));
        AskedAnswer asked = AskedAnswer.of(
                model.client(),
                new Question(session, TokenIds.of(prompt), options, keep, kv, List.of()),
                TextListener.SILENT,
                progress);
        model.await(asked, cancellation);
        if (cancellation.asked()) {
            throw new CancellationException("interrupted");
        }
        return asked.answer().tokens().stream().mapToInt(Integer::intValue).toArray();
    }

    /** Deletes what waited. */
    @Override
    public void close() throws IOException {
        model.client().release(session);
        Files.deleteIfExists(folder.path());
        Files.deleteIfExists(folder.data());
    }
}
