/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.headwater.cluster.exchange.DataPlane;
import io.headwater.cluster.exchange.PlaneOptions;
import io.headwater.cluster.exchange.VocabularySlice;
import io.headwater.cluster.media.Media;
import io.headwater.cluster.media.MediaOptions;
import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.engine.Sequence;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.llama.LlamaModel;
import io.headwater.testing.TinyModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LeaderEngineTest {
    private static final int ROWS = 16;

    /** A message that was refused half-way must not be followed by another of the same number: the follower would take it for its end. */
    @Test
    void aStreamThatHasFailedIsNeverUsedAgain(@TempDir Path directory) throws Exception {
        EngineOptions options = EngineOptions.of(1, 1, 64).withChunkRows(ROWS);
        try (LlamaModel model = LlamaModel.open(TinyModel.create().write(directory));
                EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT);
                Media media = Media.start(MediaOptions.ipc())) {
            CompletableFuture<DataPlane> followers = CompletableFuture.supplyAsync(() -> connect(media, 1));
            try (DataPlane plane = connect(media, 0);
                    DataPlane follower = followers.get(20, TimeUnit.SECONDS);
                    Sequence sequence = group.open(1)) {
                StepSender sender = StepSender.to(plane, List.of(plane.out(1)), Duration.ofMillis(50));
                LeaderEngine leader = new LeaderEngine(group, sender, null);
                StepRows many = new StepRows(ROWS);
                for (int row = 0; row < ROWS; row++) {
                    many.add(1, row, 5, StepRows.WANTED);
                }
                assertThrows(Exception.class, () -> fill(sender, many), "the follower takes nothing");
                assertTrue(
                        String.valueOf(refused(leader, sequence).getMessage()).contains("took nothing"));

                while (follower.in(0).poll((_, _) -> Action.CONTINUE, 100) > 0) {
                    Thread.onSpinWait(); // now there is room again
                }

                assertEquals(
                        "the stream to the followers is broken: the epoch is over",
                        refused(leader, sequence).getMessage());
                assertTrue(leader.broken());
                assertEquals(0, follower.in(0).poll((_, _) -> Action.CONTINUE, 100), "nothing was sent");
            }
        }
    }

    private static void fill(StepSender sender, StepRows rows) throws Exception {
        while (true) {
            sender.send(rows);
        }
    }

    private static EngineException refused(LeaderEngine leader, Sequence sequence) {
        StepBatch batch = leader.nextStep();
        batch.add(sequence, new int[] {5}, 0, 1, 1);
        return assertThrows(EngineException.class, () -> leader.run(batch));
    }

    private static DataPlane connect(Media media, int self) {
        PlaneOptions options = PlaneOptions.of(
                        1,
                        self,
                        List.of(media.address(), media.address()),
                        8,
                        ROWS,
                        List.of(new VocabularySlice(0, 4), new VocabularySlice(4, 8)))
                .withLimits(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20));
        try {
            return DataPlane.connect(media, options, _ -> {}, () -> false);
        } catch (Exception e) {
            throw new IllegalStateException("two nodes of one process connect", e);
        }
    }
}
