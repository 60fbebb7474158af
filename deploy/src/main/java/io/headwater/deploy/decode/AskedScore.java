/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.deploy.cli.UserError;
import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.DecodeEvent;
import io.headwater.model.decoding.DecodeEvent.BudgetChanged;
import io.headwater.model.decoding.DecodeEvent.Candidate;
import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failed;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.decoding.DecodeEvent.Scored;
import io.headwater.model.decoding.DecodeEvent.Token;
import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;
import io.headwater.model.generation.FinishReason;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import org.jspecify.annotations.Nullable;

/** Log-probabilities that have been asked for, as far as they have come. */
public final class AskedScore implements Asked, DecodeListener {
    private final DecodeClient client;
    private final long session;
    private final int from;
    private final PrefillListener progress;
    private final List<Double> logProbabilities = new ArrayList<>();
    private int done;
    private @Nullable Ended ended;
    private @Nullable Failed failed;

    private AskedScore(DecodeClient client, DecodeRequest.Score request, PrefillListener progress) {
        this.client = client;
        this.session = request.session();
        this.from = request.from();
        this.progress = progress;
    }

    public static AskedScore of(DecodeClient client, DecodeRequest.Score request, PrefillListener progress) {
        AskedScore asked = new AskedScore(client, request, progress);
        client.submit(request, asked);
        return asked;
    }

    @Override
    public void on(DecodeEvent event) {
        switch (event) {
            case Prefilled read -> prefilled(read);
            case BudgetChanged _ -> throw new IllegalStateException("a text that is scored keeps its budget");
            case Scored scored -> scored(scored);
            case Token _ -> throw new IllegalStateException("a score chooses no token");
            case Ended end -> ended = end;
            case Failed failure -> failed = failure;
        }
    }

    /** A new plan reads again what has been read. */
    private void prefilled(Prefilled read) {
        if (read.done() > done) {
            done = read.done();
            progress.prefilled(done, read.total());
        }
    }

    /** What a new plan tells again is known already. */
    private void scored(Scored event) {
        int known = from + logProbabilities.size() - event.position();
        if (known < 0) {
            throw new IllegalStateException(
                    "scores from " + event.position() + " follow those before " + (from + logProbabilities.size()));
        }
        if (known < event.logProbabilities().size()) {
            logProbabilities.addAll(event.logProbabilities()
                    .subList(known, event.logProbabilities().size()));
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
     * The log-probabilities in the order of the text; only when it is over.
     *
     * @throws CancellationException if it was ended early
     * @throws UserError if it could not be done as asked
     * @throws io.headwater.deploy.cli.WorkFailed if the work broke
     * @throws io.headwater.deploy.cli.Unavailable if nothing serves
     */
    public List<Double> logProbabilities() {
        end();
        return List.copyOf(logProbabilities);
    }

    /** The best tokens after the last one; only when it is over. */
    public List<Candidate> best() {
        return end().best();
    }

    private Ended end() {
        if (failed != null) {
            throw Failures.of(failed);
        }
        Ended end = Objects.requireNonNull(ended, "the score is not over");
        if (end.reason() == FinishReason.CANCELLED) {
            throw new CancellationException("interrupted");
        }
        return end;
    }
}
