/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.metrics;

import io.headwater.model.decoding.DecodeClient.ClientFigures;
import io.headwater.model.decoding.KvHeld;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.MultiGauge;
import io.micrometer.core.instrument.MultiGauge.Row;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToLongFunction;

/** Of requests, their tokens, and the steps that made them. Any thread reads; {@link MeteredClient} writes. */
final class DecodeMeters {
    private static final double NANOS = 1e9;
    /** Who joins a cluster hears at once of all that it has done before, which is not this server's. */
    private static final long MOST_STEPS = 1000;

    private final MeterRegistry registry;
    private final Timer queue;
    private final Timer firstToken;
    private final Timer betweenTokens;
    private final Timer whole;
    private final Counter promptTokens;
    private final Counter cachedTokens;
    private final Counter tokens;
    private final Counter compressions;
    private final Counter compressionSeconds;
    private final Counter budgetChanges;
    private final Counter repeats;
    private final DistributionSummary batchRows;
    private final MultiGauge kvBytes;
    private final AtomicInteger running = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile KvHeld held = KvHeld.NOTHING;
    private volatile ClientFigures figures = new ClientFigures(0, 0, 0, "", 0, 0, 0, 0, 0, 0);

    DecodeMeters(MeterRegistry registry) {
        this.registry = registry;
        queue = timer("request.queue.time", "Time that a request waits before its first step", Buckets.LONG);
        firstToken = timer("time.to.first.token", "Time from a request to its first token", Buckets.LONG);
        betweenTokens = timer("inter.token.latency", "Time from one token of an answer to the next", Buckets.SHORT);
        whole = timer("e2e.request.latency", "Time from a request to its end", Buckets.LONG);
        promptTokens = counter("prompt.tokens", "Tokens of prompts that were read");
        cachedTokens = counter("prompt.tokens.cached", "Tokens of prompts and histories that were in a cache");
        tokens = counter("generation.tokens", "Tokens of answers");
        compressions = counter("kv.compressions", "Change points: times that a sequence's caches were compressed");
        compressionSeconds = counter("kv.compression.seconds", "The leader's time for what policies ask");
        budgetChanges = counter(
                "kv.budget.changes",
                "Sessions' budgets that have fallen, for want of memory, been put into force early, or risen again");
        repeats = counter(
                "kv.repeats",
                "Parts of their context that sessions have repeated while they were idle, or memory short");
        batchRows = DistributionSummary.builder("headwater.step.batch.rows")
                .description("Rows of a forward pass: one for each sequence that decodes, the others of prompts")
                .serviceLevelObjectives(Buckets.ROWS)
                .register(registry);
        kvBytes = MultiGauge.builder("headwater.kv.session.bytes")
                .description("KV caches in memory, by what they are there for")
                .register(registry);
        gauge("num.requests.running", "Requests in the decode loop's batch", running);
        gauge("num.requests.waiting", "Requests that wait for their first step", waiting);
        step("steps", "Forward passes", ClientFigures::steps, 1);
        step("step.rows", "Rows, that is tokens, in those passes", ClientFigures::rows, 1);
        step("step.seconds", "Time in forward passes", ClientFigures::stepNanos, NANOS);
        step("exchange.seconds", "The leader's time in the exchange", ClientFigures::exchangeNanos, NANOS);
        step("exchange.bytes", "Bytes sent in the exchange", ClientFigures::exchangeBytes, 1);
    }

    private Timer timer(String name, String description, java.time.Duration... bounds) {
        return Timer.builder("headwater." + name)
                .description(description)
                .serviceLevelObjectives(bounds)
                .register(registry);
    }

    private Counter counter(String name, String description) {
        return Counter.builder("headwater." + name).description(description).register(registry);
    }

    private void gauge(String name, String description, AtomicInteger value) {
        Gauge.builder("headwater." + name, value, AtomicInteger::get)
                .description(description)
                .register(registry);
    }

    private void step(String name, String description, ToLongFunction<ClientFigures> of, double unit) {
        FunctionCounter.builder("headwater." + name, this, meters -> of.applyAsLong(meters.figures) / unit)
                .description(description)
                .register(registry);
    }

    void submitted() {
        waiting.incrementAndGet();
    }

    /** It has waited so long; {@code read} tokens are left to be read, {@code cached} need not. */
    void begun(long nanos, int read, int cached) {
        waiting.decrementAndGet();
        running.incrementAndGet();
        queue.record(nanos, TimeUnit.NANOSECONDS);
        promptTokens.increment(read);
        cachedTokens.increment(cached);
    }

    void firstToken(long nanos) {
        tokens.increment();
        firstToken.record(nanos, TimeUnit.NANOSECONDS);
    }

    void nextToken(long nanos) {
        tokens.increment();
        betweenTokens.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** After so long; {@code reason}: OpenAI's finish reason, or what failed. */
    void ended(boolean hadBegun, String reason, long nanos) {
        (hadBegun ? running : waiting).decrementAndGet();
        whole.record(nanos, TimeUnit.NANOSECONDS);
        Counter.builder("headwater.requests.finished")
                .description("Requests that have ended, by reason")
                .tag("finish_reason", reason)
                .register(registry)
                .increment();
    }

    void compressed(int times, long nanos) {
        compressions.increment(times);
        compressionSeconds.increment(nanos / NANOS);
    }

    void budgetChanged() {
        budgetChanges.increment();
    }

    void repeated() {
        repeats.increment();
    }

    /** What the engines have done by now; a cluster tells of several steps at once, whose rows are then taken as even. */
    void engines(ClientFigures now) {
        long steps = now.steps() - figures.steps();
        double rows = (double) (now.rows() - figures.rows()) / Math.max(1, steps);
        for (long step = 0; step < steps && steps <= MOST_STEPS; step++) {
            batchRows.record(rows);
        }
        figures = now;
    }

    /** What caches hold, as it was told last. */
    KvHeld kvHeld() {
        return held;
    }

    void kvHeld(KvHeld now) {
        held = now;
        kvBytes.register(
                List.of(
                        Row.of(Tags.of("state", "running"), now.running()),
                        Row.of(Tags.of("state", "idle"), now.idle()),
                        Row.of(Tags.of("state", "prefix"), now.prefix())),
                true);
    }
}
