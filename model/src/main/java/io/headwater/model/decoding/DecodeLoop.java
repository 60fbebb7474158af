/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.decoding.DecodeEvent.Ended;
import io.headwater.model.decoding.DecodeEvent.Failure;
import io.headwater.model.decoding.DecodeEvent.Prefilled;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.NoKvMemoryException;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.engine.StepEngine;
import io.headwater.model.sampling.BrokenLogitsException;
import io.headwater.model.saved.CacheShelf;
import io.headwater.model.tokenizer.Tokenizer;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Decodes many requests together. Each step carries one row of every sequence that decodes, and what room is left goes to prompts, in the order
 * they came; beside decoding sequences a prompt gets only as many rows as keep the step short ({@link PrefillPace}). None of it changes a
 * bit: a request's tokens are the same alone, in any batch, and after being handed in again from any point.
 *
 * <p>All methods belong to one thread, which also hears the listeners. A listener may call {@link #submit}, {@link #cancel} and {@link #release}.
 */
public final class DecodeLoop implements AutoCloseable {
    private final StepEngine engine;
    private final Tokenizer tokenizer;
    private final BatchingOptions options;
    private final LongSupplier nanoClock;
    private final RequestCheck check;
    private final LogitRows logits;
    private final Caches caches;
    private final int mostRunning;
    private final Supervision supervision;
    private final IdleReconstruction repeats;
    private final BudgetSteps budgets;
    private final StepForming forming;
    private final WaitingRequests waiting = new WaitingRequests();
    private final List<Running> running = new ArrayList<>();

    private boolean anyCancelled;
    /** When the last step ended. */
    private long lastNanos;

    public DecodeLoop(StepEngine engine, Tokenizer tokenizer, BatchingOptions options) {
        this(engine, tokenizer, options, System::nanoTime);
    }

    /** With the clock that steps are measured by. */
    public DecodeLoop(StepEngine engine, Tokenizer tokenizer, BatchingOptions options, LongSupplier nanoClock) {
        this.engine = engine;
        this.tokenizer = tokenizer;
        this.options = options;
        this.nanoClock = nanoClock;
        this.forming = new StepForming(options);
        this.check = new RequestCheck(engine);
        this.logits = new LogitRows(engine);
        this.caches = new Caches(engine, options, new Reconstruction(tokenizer));
        this.repeats = new IdleReconstruction(engine, caches, running, waiting);
        this.supervision = new Supervision(engine, caches, running, waiting, repeats);
        this.budgets = new BudgetSteps(engine);
        this.mostRunning = Math.min(options.maxSequences(), Math.min(engine.maxRows(), engine.maxLogitsRows()));
    }

    /** Where caches of requests with {@code keep} go, and come back from; before the first request. */
    public void keepOn(CacheShelf shelf) {
        caches.keepOn(shelf);
    }

    /** Takes a request up, or tells the listener at once why not. */
    public void submit(DecodeRequest asked, DecodeListener listener) {
        Request request = new Request(asked, listener);
        String problem = check.problem(asked);
        if (problem.isEmpty() && find(asked.session()) != null) {
            problem = "session " + asked.session() + " has a request at work: wait for its end, or cancel it";
        }
        problem = problem.isEmpty() ? supervision.never(asked) : problem;
        if (!problem.isEmpty()) {
            request.fail(Failure.BAD_REQUEST, problem);
        } else if (waiting.size() >= mostWaiting(asked)) {
            request.fail(
                    Failure.FULL,
                    waiting.size() + " requests wait already, and no more may"
                            + (waiting.crowded() ? ", and " + supervision.state() : "")
                            + ": try again when some have ended");
        } else {
            waiting.add(request, lastNanos);
        }
    }

    /** Those that the next step takes up do not wait; whoever was running elsewhere need not make room for others. */
    private int mostWaiting(DecodeRequest asked) {
        boolean again = asked instanceof DecodeRequest.Generate generate && generate.answered() > 0;
        int taken = waiting.crowded() ? 0 : mostRunning - running.size();
        return options.maxWaiting() + taken + (again ? mostRunning : 0);
    }

    /** Ends a session's request with the next {@link #step}; nothing happens if there is none. */
    public void cancel(long session) {
        @Nullable Request request = find(session);
        if (request != null) {
            request.cancel();
            anyCancelled = true;
        }
    }

    /** Frees a session's cache: now, or when its request ends; what is on the shelf stays there. */
    public void release(long session) {
        @Nullable Request request = find(session);
        if (request != null) {
            request.release();
        }
        caches.release(session);
    }

    /** A session that is known on the shelf by this is over: see {@link DecodeRequest#shelf}. */
    public void forget(long name) {
        caches.forget(name);
    }

    /** A session's cache leaves the memory for the shelf, unless it has a request at work. */
    public void park(long session) {
        try {
            repeats.settle(session);
        } catch (EngineException e) {
            // it is left in its middle, and not saved; what is wrong with the engine the next step says
        }
        caches.park(session);
    }

    /** Puts what may be wanted again on the shelf, those at work first, until it is time. */
    public void parkAll(BooleanSupplier enough) {
        try {
            repeats.settle();
        } catch (EngineException e) {
            // as when one is parked
        }
        for (Running one : running) {
            if (keeps(one) && !one.work().cache().unsettled() && !enough.getAsBoolean()) {
                caches.save(one.work().cache());
            }
        }
        caches.parkAll(enough);
    }

    private static boolean keeps(Running one) {
        return one.work().keeps() && !one.request().released();
    }

    /**
     * Brings a session's heads to another budget, from where it is; its log is told. False if it has none that can change there. Here only tests decide so;
     * else {@link Supervision} does.
     *
     * @throws EngineException if the engine is broken
     */
    boolean budget(long session, int entries) throws EngineException {
        @Nullable
        SessionCache cache = running.stream()
                .filter(one -> one.request().session() == session)
                .map(one -> one.work().cache())
                .findFirst()
                .or(() -> caches.kept(session))
                .orElse(null);
        if (cache == null || !cache.mayChangeBudget()) {
            return false;
        }
        budgets.change(cache, entries);
        return true;
    }

    /** Requests at work. */
    public int running() {
        return running.size();
    }

    /** Requests that wait for one of those to end. */
    public int waiting() {
        return waiting.size();
    }

    /** What caches hold now. */
    public KvHeld kvHeld() {
        long bytes = 0;
        for (int i = 0; i < running.size(); i++) {
            bytes += running.get(i).work().cache().sequence().kvBytes();
        }
        return new KvHeld(bytes, caches.keptBytes(), caches.leftBytes(), supervision.shrunk());
    }

    /** Tokens of all requests at work: what would have to be read again elsewhere. */
    public long runningTokens() {
        long tokens = 0;
        for (int i = 0; i < running.size(); i++) {
            tokens += running.get(i).work().cache().log().size();
        }
        return tokens;
    }

    /** Sessions, at work or idle, that have less of a budget than they asked for. */
    public ShrunkSessions shrunk() {
        return supervision.shrunk();
    }

    /**
     * Ends what was cancelled, takes up what waits, forms one step and runs it. False if there was nothing to do.
     *
     * @throws EngineException if the step failed: the caller then calls {@link #fail}, or drops the loop and hands all requests in elsewhere
     */
    public boolean step() throws EngineException {
        boolean ended = anyCancelled && endCancelled();
        boolean begun = admit() || (waiting.crowded() && endLate());
        if (budgets.run(running) || repeats.next()) {
            return true;
        }
        @Nullable SessionCache idle = repeats.idle();
        if (running.isEmpty() && idle == null) {
            return ended || begun;
        }
        if (waiting.isEmpty()) {
            supervision.grow();
        }
        StepBatch step = engine.nextStep();
        forming.form(step, running, idle, repeats.memoryIsShort());
        long start = nanoClock.getAsLong();
        if (run(step)) {
            lastNanos = nanoClock.getAsLong();
            forming.stepped(lastNanos - start);
            handOut(step);
        }
        return true;
    }

    /** False if there was no room for a run, and something has been done about it: then the next step is another one. */
    private boolean run(StepBatch step) throws EngineException {
        try {
            engine.run(step);
            return true;
        } catch (NoKvMemoryException e) {
            relieve(e);
            return false;
        }
    }

    private void relieve(NoKvMemoryException full) throws EngineException {
        SessionCache idle = forming.idle();
        boolean last = full.run() == forming.runs();
        SessionCache cache =
                last && idle != null ? idle : forming.of(full.run()).work().cache();
        if (cache.asked()) {
            if (!caches.freeLeft()) {
                repeats.stop(cache); // it has time
            }
        } else {
            relieve(forming.of(full.run()), full);
        }
    }

    /** Takes one measure where a run has no room; the last one left is that its request fails. */
    private void relieve(Running refused, NoKvMemoryException full) throws EngineException {
        if (supervision.relieves()) {
            return; // the next step looks whether that was enough
        }
        if (!supervision.limited()) {
            fail(refused, Failure.FULL, full.getMessage() + "; try again when others have ended");
        } else if (forming.shortens()) {
            return;
        } else if (supervision.leavesOut(refused.work().cache())) {
            return; // better than to wait, or to fail
        } else if (running.size() > 1 || !refused.alone()) {
            takeOut(); // a last one, too: in an empty memory its blocks lie together
        } else {
            fail(refused, Failure.BAD_REQUEST, full.getMessage() + supervision.alone()); // it would be so again
        }
    }

    /** The request that began last waits again, before all others: its cache is built again, of the same tokens. */
    private void takeOut() {
        Running last = running.removeLast();
        SessionCache cache = last.work().cache();
        if (keeps(last) && !cache.unsettled()) {
            caches.save(cache);
        }
        last.request().resume(last.work().resumed());
        engine.close(cache.sequence());
        waiting.addAgain(last.request(), nanoClock.getAsLong()); // the last step may have been long ago
    }

    /** Who has waited for memory too long hears so. */
    private boolean endLate() {
        List<Request> late = waiting.takeLate(nanoClock.getAsLong());
        late.forEach(request -> request.fail(
                Failure.FULL,
                "no KV memory within " + WaitingRequests.MOST.toMinutes() + " minutes: " + supervision.state()
                        + ", and none has ended; try again later"));
        return !late.isEmpty();
    }

    private void fail(Running one, Failure failure, String message) {
        running.remove(one);
        waiting.oneEnded();
        repeats.requestEnded();
        engine.close(one.work().cache().sequence());
        one.request().fail(failure, message);
    }

    /** Every request hears that the work is broken; sequences in the engine are closed, kept ones too. */
    public void fail(String message) {
        fail(Failure.BROKEN, message);
    }

    /** As the other, with another kind of failure. */
    public void fail(Failure failure, String message) {
        List<Request> all = new ArrayList<>();
        running.forEach(one -> all.add(one.request()));
        all.addAll(waiting.takeAll());
        close();
        all.forEach(request -> request.fail(failure, message));
    }

    /** Frees all caches; nobody hears anything. */
    @Override
    public void close() {
        waiting.takeAll();
        for (int i = running.size() - 1; i >= 0; i--) {
            engine.close(running.remove(i).work().cache().sequence());
        }
        caches.releaseAll();
    }

    private boolean endCancelled() throws EngineException {
        anyCancelled = false;
        boolean any = false;
        for (int i = 0; i < running.size(); i++) {
            Running one = running.get(i);
            if (one.request().cancelled()) {
                one.work().cancel();
                if (keeps(one) && one.work().cache().mayCut()) {
                    budgets.cut(one.work().cache(), true);
                }
                end(one);
                i--;
                any = true;
            }
        }
        return endCancelledWaiting() || any;
    }

    private boolean endCancelledWaiting() {
        List<Request> cancelled = waiting.takeCancelled();
        cancelled.forEach(request -> request.tellCancelled(tokenizer));
        if (!cancelled.isEmpty()) {
            repeats.requestEnded();
        }
        return !cancelled.isEmpty();
    }

    private boolean admit() throws EngineException {
        boolean any = false;
        while (running.size() < mostRunning) {
            @Nullable Request next = waiting.next(running.isEmpty());
            if (next == null) {
                break;
            }
            begin(next);
            any = true;
        }
        return any;
    }

    private void begin(Request request) throws EngineException {
        SessionCache cache;
        try {
            cache = caches.begin(request, supervision::relieves);
        } catch (EngineException e) {
            waiting.addFirst(request); // it hears what all others hear
            throw e;
        } catch (IllegalArgumentException e) {
            request.fail(Failure.BAD_REQUEST, String.valueOf(e.getMessage()));
            return;
        }
        Work work;
        try {
            work = request.begin(cache, engine, tokenizer);
        } catch (IllegalArgumentException e) {
            engine.close(cache.sequence());
            request.fail(Failure.BAD_REQUEST, String.valueOf(e.getMessage()));
            return;
        }
        Running one = new Running(request, work, waiting.crowded());
        request.begins(engine.statistics());
        running.add(one);
        if (work.over()) {
            end(one);
        } else {
            request.tell(new Prefilled(cache.position(), cache.log().size()));
        }
    }

    private void handOut(StepBatch step) {
        for (int run = 0; run < forming.runs(); run++) {
            Running one = forming.of(run);
            @Nullable String failure = step.failure(run);
            if (failure != null) {
                fail(one, Failure.BROKEN, failure);
                continue;
            }
            one.work().cache().stepped(step, run);
            if (step.repeats(run)) {
                continue;
            }
            try {
                one.work().take(step, run, logits);
            } catch (BrokenLogitsException e) {
                fail(one, Failure.BROKEN, String.valueOf(e.getMessage()));
                continue;
            }
            if (one.work().over()) {
                end(one);
            }
        }
        saveChanged(step);
        handOutIdle(step);
    }

    /** An idle session has repeated some rows; where numbers have broken, its cache is of no use any more. */
    private void handOutIdle(StepBatch step) {
        SessionCache idle = forming.idle();
        if (idle == null || !caches.keeps(idle)) { // a listener may have released it just now
            return;
        }
        if (step.failure(forming.runs()) == null) {
            idle.stepped(step, forming.runs());
        } else {
            caches.drop(idle);
        }
    }

    /** After all have heard their tokens. */
    private void saveChanged(StepBatch step) {
        for (int run = 0; run < forming.runs(); run++) {
            Running one = forming.of(run);
            if (step.changesAfter(run) && !step.repeats(run) && keeps(one) && running.contains(one)) {
                caches.changed(one.work().cache());
            }
        }
    }

    private void end(Running one) {
        running.remove(one);
        waiting.oneEnded();
        repeats.requestEnded();
        SessionCache cache = one.work().cache();
        Ended ended = one.work().ended(cache.figures(one.request().before(), engine.statistics()));
        if (one.request().released() || cache.unsettled()) {
            engine.close(cache.sequence());
        } else {
            caches.end(cache, keeps(one));
        }
        one.request().tell(ended);
    }

    private @Nullable Request find(long session) {
        for (int i = 0; i < running.size(); i++) {
            if (running.get(i).request().session() == session) {
                return running.get(i).request();
            }
        }
        return waiting.of(session);
    }
}
