/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.headwater.cluster.media.Media;
import io.headwater.cluster.media.Purpose;
import io.headwater.cluster.wire.Batch;
import io.headwater.cluster.wire.FlatSchema;
import io.headwater.cluster.wire.MessageType;
import io.headwater.cluster.wire.TensorCodec;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.model.engine.ExchangeException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.agrona.concurrent.NanoClock;
import org.jspecify.annotations.Nullable;

/** All streams of a node in an epoch, by the other node. Opened by {@link DataPlane#connect}, closed by it. */
final class PlaneLinks {
    private final Media media;
    private final PlaneOptions options;
    private final WireCounters counters;
    private final NanoClock clock;
    private final TensorCodec sums;
    private final TensorCodec logits;
    private final TensorCodec steps;
    final Map<Integer, Peer> peers = new TreeMap<>();
    final Map<Integer, OutLink> sumsOut = new TreeMap<>();
    final Map<Integer, InLink> sumsIn = new TreeMap<>();
    final Map<Integer, OutLink> logitsOuts = new TreeMap<>();
    final Map<Integer, InLink> logitsIn = new TreeMap<>();
    final Map<Integer, OutLink> stepsOut = new TreeMap<>();
    final Map<Integer, InLink> stepsIn = new TreeMap<>();
    final Map<Integer, OutLink> pulseOut = new TreeMap<>();
    final Map<Integer, PulseLink> pulseIn = new TreeMap<>();

    PlaneLinks(Media media, PlaneOptions options, WireCounters counters, NanoClock clock) {
        this.media = media;
        this.options = options;
        this.counters = counters;
        this.clock = clock;
        this.sums = media.codec(FlatSchema.SUMS);
        this.logits = media.codec(FlatSchema.LOGITS);
        this.steps = media.codec(FlatSchema.STEPS);
    }

    /** Opens all, unless that is cancelled; whoever called closes them, also after a failure. */
    void open(BooleanSupplier cancelled) throws ExchangeException {
        boolean first = options.self() == 0;
        for (int node = 0; node < options.nodes().size(); node++) {
            if (node != options.self()) {
                checkWanted(cancelled);
                Peer peer = new Peer(node, options.nodes().get(node), clock.nanoTime());
                peers.put(node, peer);
                pulseIn.put(
                        node, new PulseLink(media.subscribe(in(Purpose.PULSE, node)), peer, options.epoch(), counters));
                checkWanted(cancelled);
                sumsIn.put(node, in(Purpose.SUMS, MessageType.SUMS, peer, sums, mostSums()));
                checkWanted(cancelled);
                if (first) {
                    logitsIn.put(node, in(Purpose.LOGITS, MessageType.LOGITS, peer, logits, mostLogits(node)));
                } else if (node == 0) {
                    int most = options.maxRows() + PlaneOptions.ROWS_BESIDE_A_STEP;
                    stepsIn.put(node, in(Purpose.STEPS, MessageType.STEP, peer, steps, most));
                }
            }
        }
        for (Peer peer : peers.values()) {
            checkWanted(cancelled);
            pulseOut.put(peer.index, out(Purpose.PULSE, peer.index, sums, true));
            checkWanted(cancelled);
            sumsOut.put(peer.index, out(Purpose.SUMS, peer.index, sums, false));
            checkWanted(cancelled);
            if (first) {
                stepsOut.put(peer.index, out(Purpose.STEPS, peer.index, steps, true));
            } else if (peer.index == 0) {
                logitsOuts.put(0, out(Purpose.LOGITS, 0, logits, false));
            }
        }
    }

    void checkWanted(BooleanSupplier cancelled) throws ExchangeException {
        if (cancelled.getAsBoolean()) {
            throw new ExchangeException("connecting the nodes of epoch " + options.epoch() + " was cancelled");
        }
    }

    private int mostSums() {
        return options.dim() * options.maxRows();
    }

    private int mostLogits(int node) {
        long most = (long) options.maxRows() * options.vocabulary().get(node).count();
        return (int) Math.min(Integer.MAX_VALUE, most);
    }

    private int in(Purpose purpose, int source) {
        return purpose.streamId(options.epoch(), source, options.self());
    }

    /** {@code most}: rows of the longest tensor that this plan sends there. */
    private InLink in(Purpose purpose, MessageType type, Peer peer, TensorCodec codec, int most) {
        return new InLink(
                media.subscribe(in(purpose, peer.index)),
                peer,
                type,
                new Batch(codec, most),
                options.epoch(),
                counters,
                clock);
    }

    private OutLink out(Purpose purpose, int destination, TensorCodec codec, boolean small) {
        int streamId = purpose.streamId(options.epoch(), options.self(), destination);
        return new OutLink(
                media.publish(options.nodes().get(destination), streamId, small),
                codec,
                counters,
                options.self(),
                options.epoch());
    }

    /** The nodes that are not connected both ways. */
    List<Peer> missing() {
        List<Peer> missing = new ArrayList<>();
        for (Peer peer : peers.values()) {
            boolean here = outConnected(pulseOut.get(peer.index))
                    && outConnected(sumsOut.get(peer.index))
                    && pulseConnected(pulseIn.get(peer.index))
                    && inConnected(sumsIn.get(peer.index))
                    && outConnected(logitsOuts.get(peer.index))
                    && outConnected(stepsOut.get(peer.index))
                    && inConnected(logitsIn.get(peer.index))
                    && inConnected(stepsIn.get(peer.index));
            if (!here) {
                missing.add(peer);
            }
        }
        return missing;
    }

    private static boolean outConnected(@Nullable OutLink link) {
        return link == null || link.isConnected();
    }

    private static boolean pulseConnected(@Nullable PulseLink link) {
        return link == null || link.isConnected();
    }

    private static boolean inConnected(@Nullable InLink link) {
        return link == null || link.isConnected();
    }

    @SuppressWarnings("NullAway") // every peer has sums both ways
    List<ReduceTurn> reduceTurns() {
        return peers.values().stream()
                .map(peer ->
                        new ReduceTurn(peer, sumsOut.get(peer.index), sumsIn.get(peer.index), options.dim(), counters))
                .toList();
    }

    @SuppressWarnings("NullAway") // at shard 0 every peer sends logits
    List<GatherTurn> gatherTurns() {
        return logitsIn.keySet().stream()
                .map(node -> new GatherTurn(
                        peers.get(node),
                        logitsIn.get(node),
                        options.vocabulary().get(node),
                        counters))
                .toList();
    }

    @Nullable
    OutLink logitsOut() {
        return logitsOuts.get(0);
    }

    /** Streams whose last message may need a flush frame. */
    List<OutLink> tensorsOut() {
        List<OutLink> links = new ArrayList<>(sumsOut.values());
        links.addAll(logitsOuts.values());
        links.addAll(stepsOut.values());
        return links;
    }

    /** Closes all streams, also after one that could not be closed. */
    void close() {
        List<Runnable> all = new ArrayList<>();
        tensorsOut().forEach(link -> all.add(link::close));
        pulseOut.values().forEach(link -> all.add(link::close));
        sumsIn.values().forEach(link -> all.add(link::close));
        logitsIn.values().forEach(link -> all.add(link::close));
        stepsIn.values().forEach(link -> all.add(link::close));
        pulseIn.values().forEach(link -> all.add(link::close));
        List<RuntimeException> failures = new ArrayList<>();
        for (Runnable one : all) {
            try {
                one.run();
            } catch (RuntimeException e) { // Aeron's
                failures.add(e);
            }
        }
        if (!failures.isEmpty()) {
            RuntimeException first = failures.removeFirst();
            failures.forEach(first::addSuppressed);
            throw first;
        }
    }
}
