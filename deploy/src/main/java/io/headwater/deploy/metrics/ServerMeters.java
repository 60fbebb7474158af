/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.metrics;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.model.decoding.DecodeClient;
import io.headwater.model.decoding.KvHeld;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntSupplier;

/** All metrics of a server. Names are those of the field (vLLM's, with another first word) where it has one. Any thread. */
public final class ServerMeters implements AutoCloseable {
    public static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=UTF-8";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final AtomicInteger atWork = new AtomicInteger();
    private final ClusterMeters cluster = new ClusterMeters(registry);
    private final DecodeMeters decoding = new DecodeMeters(registry);
    private final Counter resumes;
    private final Timer commits;
    private final Counter batches;

    public ServerMeters() {
        new JvmMemoryMetrics().bindTo(registry);
        new JvmThreadMetrics().bindTo(registry);
        new ProcessorMetrics().bindTo(registry);
        new UptimeMetrics().bindTo(registry);
        Gauge.builder("headwater.requests.at.work", atWork, AtomicInteger::get)
                .description("Requests that have a place: they decode or wait")
                .register(registry);
        resumes = Counter.builder("headwater.stream.resumes")
                .description("Token streams that a client has taken up again after an offset")
                .register(registry);
        commits = Timer.builder("headwater.log.commit")
                .description("Time from the first event of a commit being handed in to its being on the disk")
                .serviceLevelObjectives(Buckets.SHORT)
                .register(registry);
        batches = Counter.builder("headwater.log.batches")
                .description("Batches of sessions' events in those commits")
                .register(registry);
    }

    /** The same client, measured. */
    public DecodeClient measured(DecodeClient client) {
        return new MeteredClient(client, decoding, System::nanoTime);
    }

    /** What that client's caches hold, as it said last, at most half a second ago; nothing if it does not know. */
    public KvHeld kvHeld() {
        return decoding.kvHeld();
    }

    /** A request has its answer; {@code endpoint}: the path with {@code {id}}. */
    public void request(String method, String endpoint, int status, long nanos) {
        Timer.builder("http.server.requests")
                .description("Time from a request's first line to the last byte of its answer")
                .tag("method", method)
                .tag("uri", endpoint)
                .tag("status", Integer.toString(status))
                .serviceLevelObjectives(Buckets.LONG)
                .register(registry)
                .record(nanos, TimeUnit.NANOSECONDS);
    }

    public void connections(IntSupplier open) {
        Gauge.builder("http.server.connections", open::getAsInt)
                .description("Open connections")
                .strongReference(true)
                .register(registry);
    }

    /** A client has come back. */
    public void resumed() {
        resumes.increment();
    }

    /** So many sessions' events are on the disk, the first of which were handed in so long ago. */
    public void committed(int handedIn, long nanos) {
        batches.increment(handedIn);
        commits.record(nanos, TimeUnit.NANOSECONDS);
    }

    /** Requests that have a place now. */
    public void atWork(int requests) {
        atWork.set(requests);
    }

    /** What the nodes tell now. */
    public void cluster(ClusterStatus status) {
        cluster.show(status);
    }

    /** All of it, as Prometheus reads it. */
    public String scrape() {
        return registry.scrape();
    }

    @Override
    public void close() {
        registry.close();
    }
}
