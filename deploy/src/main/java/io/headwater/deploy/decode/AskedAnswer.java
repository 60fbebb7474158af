/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.model.decoding.BudgetEvent;
import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.SequenceFigures;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.decoding.PastTurn;
import io.headwater.model.decoding.TokenIds;
import io.headwater.model.kvcache.KvOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** An answer that has been asked for, as far as it has come. */
public final class AskedAnswer implements Asked, DecodeListener {
    private final DecodeClient client;
    private final long session;
    private final TextListener listener;
    private final PrefillListener progress;
    private final List<Integer> tokens = new ArrayList<>();
    private final List<TokenLogProbability> logProbabilities = new ArrayList<>();
    private final List<BudgetEvent> budgets = new ArrayList<>();
    private final StringBuilder text = new StringBuilder();
    private int cached = -1;
    private int prompt;
    private long startNanos = System.nanoTime();
    private long prefilledNanos;
    private long firstTokenNanos;
    private long endNanos;
    private @Nullable Ended ended;
    private @Nullable Failed failed;

    private AskedAnswer(DecodeClient client, long session, TextListener listener, PrefillListener progress) {
        this.client = client;
        this.session = session;
        this.listener = listener;
        this.progress = progress;
    }

    /** Asks for the answer to all of a log; each piece of text is told as soon as it is certain. */
    public static AskedAnswer of(
            DecodeClient client, Question question, TextListener listener, PrefillListener progress) {
        AskedAnswer asked = new AskedAnswer(client, question.session(), listener, progress);
        GenerationOptions options = question.options();
        client.submit(
                new DecodeRequest.Generate(
                        question.session(),
                        question.log(),
                        0,
                        options.sampling(),
                        options.seed(),
                        options.turn(),
                        question.keep(),
                        question.kv(),
                        question.past(),
                        question.budgets()),
                asked);
        return asked;
    }

    @Override
    public void on(DecodeEvent event) {
        switch (event) {
            case Prefilled prefilled -> prefilled(prefilled);
            case Token token -> token(token);
            case BudgetChanged changed -> budgets.add(changed.event());
            case Scored _ -> throw new IllegalStateException("an answer is not scored");
            case Ended end -> {
                ended = end;
                endNanos = System.nanoTime();
                tell(end.text());
            }
            case Failed failure -> failed = failure;
        }
    }

    private void prefilled(Prefilled event) {
        if (!tokens.isEmpty()) {
            return; // a new plan reads again what has been told
        }
        prefilledNanos = System.nanoTime();
        if (cached < 0) {
            cached = event.done();
            prompt = event.total() - cached;
            startNanos = prefilledNanos;
        } else {
            progress.prefilled(Math.max(0, event.done() - cached), prompt);
        }
    }

    private void token(Token event) {
        firstTokenNanos = tokens.isEmpty() ? System.nanoTime() : firstTokenNanos;
        tokens.add(event.token());
        if (event.logProbability() != null) {
            logProbabilities.add(TokenLogProbability.of(event.token(), event.logProbability()));
        }
        tell(event.text());
    }

    private void tell(String piece) {
        text.append(piece);
        if (!piece.isEmpty()) {
            listener.text(piece);
        }
    }

    @Override
    public boolean over() {
        return ended != null || failed != null;
    }

    @Override
    public void cancel() {
        client.cancel(session);
    }

    /**
     * The whole of it; only when it is over.
     *
     * @throws io.headwater.deploy.cli.UserError if it could not be done as asked
     * @throws io.headwater.deploy.cli.WorkFailed if the work broke
     * @throws io.headwater.deploy.cli.Unavailable if nothing serves
     */
    public Answer answer() {
        Ended end = end();
        return new Answer(
                tokens,
                text.toString(),
                end.reason(),
                logProbabilities,
                prefilledNanos,
                tokens.isEmpty() ? endNanos : firstTokenNanos,
                endNanos);
    }

    /** What it took; only when it is over. */
    public SequenceFigures figures() {
        return end().figures();
    }

    private Ended end() {
        if (failed != null) {
            throw Failures.of(failed);
        }
        return Objects.requireNonNull(ended, "the answer is not over");
    }

    /** What the session's log gets of budgets beside the answer. */
    public List<BudgetEvent> budgets() {
        return List.copyOf(budgets);
    }

    /** Tokens that had to be read before the first was chosen; the others were in the session's cache. */
    public int prompt() {
        return prompt;
    }

    /** Time that reading them took. */
    public long prefillNanos() {
        return Math.max(0, prefilledNanos - startNanos);
    }

    /**
     * What to answer.
     *
     * @param log all tokens of the session, the prompt last
     * @param keep whether the session goes on afterwards
     * @param kv how its cache is kept, in all its turns alike
     * @param past its turns before this one
     * @param budgets what they told of budgets
     */
    public record Question(
            long session,
            TokenIds log,
            GenerationOptions options,
            boolean keep,
            KvOptions kv,
            List<PastTurn> past,
            List<BudgetEvent> budgets) {
        public Question {
            past = List.copyOf(past);
            budgets = List.copyOf(budgets);
        }

        /** Of a session whose budget has not changed. */
        public Question(
                long session,
                TokenIds log,
                GenerationOptions options,
                boolean keep,
                KvOptions kv,
                List<PastTurn> past) {
            this(session, log, options, keep, kv, past, List.of());
        }
    }
}
