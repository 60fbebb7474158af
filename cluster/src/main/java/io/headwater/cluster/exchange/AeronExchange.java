/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.headwater.cluster.wire.MessageType;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.cluster.wire.WireCounters.Count;
import io.headwater.model.engine.Exchange;
import io.headwater.model.engine.ExchangeException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.HdrHistogram.SingleWriterRecorder;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/**
 * The exchange of engines that are elsewhere. Runs on the caller's thread: sends, receives, waits. Only {@link #abort} is for others. The
 * pulse thread ends it when a peer is dead or hung; if that thread itself is gone, a deadline beyond those does.
 */
final class AeronExchange implements Exchange {
    /** Longer exchanges count as this long. */
    static final long LONGEST_NANOS = TimeUnit.MINUTES.toNanos(1);

    /** A peer is hung after twice the time at the latest: see {@link Pulse}. */
    private static final int PATIENCE = 3;

    /** Between two looks at the clock. */
    private static final int LOOKS = 64;

    private final PlaneOptions options;
    private final List<ReduceTurn> reduces;
    private final List<GatherTurn> gathers;
    private final @Nullable OutLink logitsOut;
    private final Progress progress;
    private final Waiter waiter;
    private final NanoClock clock;
    private final WireCounters counters;
    private final SingleWriterRecorder times;
    private final long[] total;
    private final AtomicReference<@Nullable String> aborted = new AtomicReference<>();
    private final long deadlineNanos;
    private volatile boolean inside;
    private long enteredNanos;
    private int looks;
    private long step = -1;
    private int filed;

    AeronExchange(
            PlaneOptions options,
            PlaneLinks links,
            Progress progress,
            Waiter waiter,
            NanoClock clock,
            WireCounters counters,
            SingleWriterRecorder times) {
        this.options = options;
        this.reduces = links.reduceTurns();
        this.gathers = links.gatherTurns();
        this.logitsOut = links.logitsOut();
        this.progress = progress;
        this.waiter = waiter;
        this.clock = clock;
        this.counters = counters;
        this.times = times;
        this.deadlineNanos = PATIENCE * options.hungAfter().toNanos();
        this.total = new long[options.dim() * options.maxRows()];
    }

    @Override
    public void begin(long newStep) {
        step = newStep;
        progress.set(newStep, Place.BEGIN);
    }

    @Override
    public void allReduce(long[] sums, int count, int dim, int layer, int phase) throws ExchangeException {
        if (count > total.length || dim != options.dim() || count % dim != 0) {
            throw new IllegalArgumentException("count=" + count + " dim=" + dim + ": expected rows of " + options.dim()
                    + ", at most " + options.maxRows());
        }
        if (reduces.isEmpty() || count == 0) {
            return;
        }
        long start = System.nanoTime();
        enter(Place.of(layer, phase));
        try {
            startReduce(sums, count, Place.of(layer, phase));
            reduce();
            System.arraycopy(total, 0, sums, 0, count);
        } finally {
            leave();
        }
        times.recordValue(Math.min(System.nanoTime() - start, LONGEST_NANOS));
    }

    private void enter(int place) throws ExchangeException {
        inside = true;
        enteredNanos = clock.nanoTime();
        looks = 0;
        progress.set(step, place);
        check();
    }

    private void leave() {
        for (int i = 0; i < reduces.size(); i++) {
            reduces.get(i).peer().arrived();
        }
        inside = false;
    }

    private void check() throws ExchangeException {
        String reason = aborted.get();
        if (reason != null) {
            inside = false;
            throw new ExchangeException(reason);
        }
    }

    /** Of one who looks and finds nothing. */
    private void checkPatience() throws ExchangeException {
        check();
        if (++looks >= LOOKS) {
            looks = 0;
            if (clock.nanoTime() - enteredNanos > deadlineNanos) {
                abort("the exchange did not end within " + TimeUnit.NANOSECONDS.toMillis(deadlineNanos) + " ms "
                        + progress.words() + ", epoch " + options.epoch()
                        + ", and no peer was found dead or hung: restart this process");
                check();
            }
        }
    }

    private void startReduce(long[] sums, int count, int place) {
        int rows = count / options.dim();
        int nodes = options.nodes().size();
        long now = clock.nanoTime();
        boolean halves = rows >= options.crossoverRows();
        for (int i = 0; i < reduces.size(); i++) {
            ReduceTurn turn = reduces.get(i);
            if (halves) {
                turn.startHalves(sums, total, count, step, place, rows, options.self(), nodes);
            } else {
                turn.startWhole(sums, total, count, step, place);
            }
            turn.peer().await(now);
        }
        int from = halves ? ReduceTurn.share(rows, options.self(), nodes) * options.dim() : 0;
        int to = halves ? ReduceTurn.share(rows, options.self() + 1, nodes) * options.dim() : count;
        System.arraycopy(sums, from, total, from, to - from);
    }

    private void reduce() throws ExchangeException {
        boolean reduced = false;
        while (true) {
            int work = 0;
            boolean done = true;
            boolean sums = true;
            for (int i = 0; i < reduces.size(); i++) {
                ReduceTurn turn = reduces.get(i);
                work += turn.send(reduced) ? 1 : 0;
                work += receive(turn);
                sums &= turn.sumsReceived();
                done &= turn.sent() && turn.received();
            }
            reduced = sums;
            if (done) {
                return;
            }
            checkPatience();
            waiter.idle(work);
        }
    }

    private static int receive(ReduceTurn turn) {
        if (turn.received()) {
            return 0;
        }
        int work = turn.receive();
        if (turn.received()) {
            turn.peer().arrived();
        }
        return work;
    }

    @Override
    public void gather(float[] values, int rows, int stride, int from, int to) throws ExchangeException {
        VocabularySlice own = options.vocabulary().get(options.self());
        if (from != own.from() || to != own.to()) {
            throw new IllegalArgumentException("from=" + from + " to=" + to + ": the plan gives this node " + own);
        }
        if (rows == 0) {
            return;
        }
        enter(Place.of(Place.GATHER_LAYER, 0));
        try {
            OutLink out = logitsOut;
            if (out == null) {
                collect(values, rows, stride);
            } else {
                send(out, values, rows, stride, own);
            }
        } finally {
            leave();
        }
    }

    private void collect(float[] values, int rows, int stride) throws ExchangeException {
        long now = clock.nanoTime();
        for (int i = 0; i < gathers.size(); i++) {
            gathers.get(i).start(values, rows, stride, step);
            gathers.get(i).peer().await(now);
        }
        while (true) {
            int work = 0;
            boolean done = true;
            for (int i = 0; i < gathers.size(); i++) {
                GatherTurn turn = gathers.get(i);
                work += turn.receive();
                if (turn.received()) {
                    turn.peer().arrived();
                }
                done &= turn.received();
            }
            if (done) {
                return;
            }
            checkPatience();
            waiter.idle(work);
        }
    }

    private void send(OutLink out, float[] values, int rows, int stride, VocabularySlice own) throws ExchangeException {
        int count = rows * own.count();
        int at = 0;
        while (at < count) {
            int part = Math.min(out.maxCount(), count - at);
            if (out.claim(MessageType.LOGITS, at, count, part)) {
                out.position(step, Place.GATHER_LAYER, 0);
                write(values, stride, own, at, part, out.buffer(), out.columnAt(0));
                out.commit();
                at += part;
                waiter.idle(1); // an invoked driver sends it now
            } else {
                checkPatience();
                waiter.idle(0);
            }
        }
    }

    private static void write(
            float[] values, int stride, VocabularySlice own, int at, int count, MutableDirectBuffer buffer, int index) {
        int row = at / own.count();
        int column = at % own.count();
        for (int i = 0; i < count; i++) {
            buffer.putFloat(index + i * Float.BYTES, values[row * stride + own.from() + column]);
            if (++column == own.count()) {
                column = 0;
                row++;
            }
        }
    }

    @Override
    public void gettingOn() {
        progress.set(step, Place.file(++filed));
    }

    @Override
    public long sentBytes() {
        return counters.get(Count.BYTES);
    }

    @Override
    public void abort(String reason) {
        aborted.compareAndSet(null, reason);
    }

    @Nullable
    String aborted() {
        return aborted.get();
    }

    /** Whether a thread is in an exchange: its streams must stay open. */
    boolean isInside() {
        return inside;
    }
}
