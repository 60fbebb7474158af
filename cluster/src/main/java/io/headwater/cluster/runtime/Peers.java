/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.cluster.exchange.DataPlane;
import io.headwater.cluster.exchange.ExchangeFigures;
import io.headwater.cluster.exchange.OutLink;
import io.headwater.cluster.exchange.PeerFault;
import io.headwater.cluster.exchange.PlaneOptions;
import io.headwater.cluster.exchange.VocabularySlice;
import io.headwater.cluster.media.Media;
import io.headwater.cluster.runtime.RuntimeFault.Cause;
import io.headwater.model.engine.Exchange;
import io.headwater.model.engine.ExchangeException;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.shard.Shard;
import io.headwater.model.shard.UnitException;
import io.headwater.model.shard.Units;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** The plan's other nodes, as a runtime sees them: none, or a data plane. */
final class Peers {
    private static final ExchangeFigures NO_FIGURES = new ExchangeFigures(0, 0, 0, 0, 0, 0, 0);
    private final RuntimeOptions options;
    private final @Nullable DataPlane plane;

    private Peers(RuntimeOptions options, @Nullable DataPlane plane) {
        this.options = options;
        this.plane = plane;
    }

    /** Of a plan of one shard. */
    static Peers none(RuntimeOptions options) {
        return new Peers(options, null);
    }

    /** Waits for all nodes of the plan, unless that is cancelled. */
    static Peers connect(Media media, RuntimeOptions options, FaultReport faults, BooleanSupplier cancelled)
            throws ExchangeException {
        LlamaConfig config = options.model().config();
        RuntimeLimits limits = options.limits();
        PlaneOptions plane = PlaneOptions.of(
                        options.epoch(),
                        options.shard(),
                        options.nodes(),
                        config.dim(),
                        options.engine().chunkRows(),
                        vocabulary(options, config))
                .withCrossoverRows(limits.crossoverRows())
                .withWait(limits.waiting())
                .withLimits(limits.connectTimeout(), limits.deadAfter(), limits.hungAfter());
        return new Peers(
                options, DataPlane.connect(media, plane, fault -> faults.report(runtimeFault(fault)), cancelled));
    }

    private static List<VocabularySlice> vocabulary(RuntimeOptions options, LlamaConfig config) {
        try {
            Units units = Units.of(config);
            List<VocabularySlice> slices = new ArrayList<>();
            for (Shard shard : options.plan().shards()) {
                slices.add(new VocabularySlice(
                        units.vocabularyRow(shard.vocabularyUnits().from()),
                        units.vocabularyRow(shard.vocabularyUnits().to())));
            }
            return slices;
        } catch (UnitException e) {
            throw new IllegalStateException("a model that is loaded can be cut", e);
        }
    }

    private static RuntimeFault runtimeFault(PeerFault fault) {
        return switch (fault.kind()) {
            case DEAD -> new RuntimeFault.PeerLost(fault.peer(), Cause.DEAD, fault.sentence());
            case HUNG -> new RuntimeFault.PeerLost(fault.peer(), Cause.HUNG, fault.sentence());
            case LEFT -> new RuntimeFault.PeerLost(fault.peer(), Cause.LEFT, fault.sentence());
            case SELF_STOPPED -> new RuntimeFault.SelfStopped(fault.sentence());
            case MEDIA -> new RuntimeFault.EngineBroken(fault.sentence());
        };
    }

    /** Empty where there is nobody to exchange with. */
    Optional<Exchange> exchange() {
        DataPlane open = plane;
        return open == null ? Optional.empty() : Optional.of(open.exchange());
    }

    /** The leader's; nobody hears it where there are no followers. */
    StepSender sender() {
        DataPlane open = plane;
        if (open == null) {
            return StepSender.toNobody();
        }
        List<OutLink> followers = new ArrayList<>();
        for (int node = 1; node < options.nodes().size(); node++) {
            followers.add(open.out(node));
        }
        return StepSender.to(open, followers, options.limits().hungAfter());
    }

    /** A follower's. */
    StepReceiver receiver() {
        DataPlane open = plane;
        if (open == null) {
            throw new IllegalStateException("shard " + options.shard() + " of a plan of one has no leader");
        }
        return new StepReceiver(open, options.engine().chunkRows());
    }

    ExchangeFigures figures() {
        DataPlane open = plane;
        return open == null ? NO_FIGURES : open.figures();
    }

    /** Says goodbye to all and closes the streams. */
    void close() {
        DataPlane open = plane;
        if (open != null) {
            open.close();
        }
    }
}
