/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.headwater.cluster.wire.Batch;
import io.headwater.cluster.wire.FlatSchema;
import io.headwater.cluster.wire.MessageHeader;
import io.headwater.cluster.wire.MessageType;
import io.headwater.cluster.wire.TensorCodec;
import io.headwater.cluster.wire.WireCounters;
import io.headwater.cluster.wire.WireCounters.Count;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Messages as a link hands them over: of the right stream and epoch, but perhaps not of the right place in it. */
final class StepAssemblyTest {
    private static final int FRAGMENT = 1376;
    private final TensorCodec codec = new TensorCodec(FlatSchema.STEPS, FRAGMENT);
    private final Batch batch = new Batch(codec, Integer.MAX_VALUE);
    private final MessageHeader header = new MessageHeader();
    private final WireCounters counters = new WireCounters();
    private final StepAssembly assembly = new StepAssembly(new StepRows(128), counters);
    private final UnsafeBuffer buffer = new UnsafeBuffer(new byte[2 * FRAGMENT]);

    @Test
    void putsAStepOfManyPartsTogether() throws Exception {
        StepRows sent = rows(190);
        int most = codec.maxCount(FRAGMENT);
        assertTrue(most < 100, "messages of " + most + " rows: nothing is cut");

        for (int from = 0; from < 190; from += most) {
            int count = Math.min(most, 190 - from);
            give(1, sent, from, count);
            assertEquals(from + count == 190, assembly.complete());
        }

        assertRows(sent, assembly.rows());
    }

    @Test
    void takesStepAfterStep() throws Exception {
        for (int number = 1; number < 40; number++) {
            StepRows sent = rows(number);
            assembly.begin();
            assertFalse(assembly.complete());

            give(number, sent, 0, number);

            assertTrue(assembly.complete());
            assertRows(sent, assembly.rows());
        }
    }

    @Test
    void dropsAndCountsOldAndEndlessMessages() throws Exception {
        StepRows sent = rows(3);

        give(0, sent, 0, 3);
        header(1, 0, 5_000);
        rows(sent, 0, 3);

        assertFalse(assembly.complete());
        assertEquals(1, counters.get(Count.OLD_STEP));
        assertEquals(1, counters.get(Count.MALFORMED));
        give(1, sent, 0, 3);
        assertTrue(assembly.complete(), "it goes on as if nothing had been");
        assertRows(sent, assembly.rows());
    }

    @ParameterizedTest
    @ValueSource(ints = {Integer.MIN_VALUE, Integer.MIN_VALUE + 1, -1, 0, 2})
    void partsThatLieOutsideOfTheirMessageAreDropped(int total) throws Exception {
        StepRows sent = rows(60);
        for (int times = 0; times < 5; times++) { // more rows than there is room for
            header(1, 0, total);
            rows(sent, 0, 60);
        }

        assertEquals(5, counters.get(Count.MALFORMED));
        assertFalse(assembly.complete());
        give(1, sent, 0, 60);
        assertTrue(assembly.complete());
        assertRows(sent, assembly.rows());
    }

    @Test
    void refusesAMissingStep() {
        give(1, rows(3), 0, 3);
        assembly.begin();

        give(3, rows(3), 0, 3);

        StepStreamException refused = assertThrows(StepStreamException.class, assembly::complete);
        assertEquals(
                "the step stream goes on at message 3 row 0 instead of 2 row 0: a part is missing",
                refused.getMessage());
    }

    @Test
    void refusesAMissingPartOfAStep() {
        StepRows sent = rows(30);
        give(1, sent, 0, 10);

        give(1, sent, 20, 10);

        assertThrows(StepStreamException.class, assembly::complete);
    }

    private void give(long number, StepRows rows, int from, int count) {
        header(number, from, rows.count());
        rows(rows, from, count);
    }

    private void header(long number, int offset, int total) {
        header.startWriting(buffer, 64, MessageType.STEP)
                .from(0, 7)
                .position(number, 0, 0)
                .part(offset, total);
    }

    private void rows(StepRows rows, int from, int count) {
        codec.putMetadata(buffer, 64, count);
        assertTrue(batch.wrap(buffer, 64, codec.length(count)));
        for (int row = 0; row < count; row++) {
            buffer.putLong(batch.columnAt(0) + 8 * row, rows.sequence(from + row));
            buffer.putInt(batch.columnAt(1) + 4 * row, rows.position(from + row));
            buffer.putInt(batch.columnAt(2) + 4 * row, rows.token(from + row));
            buffer.putByte(batch.columnAt(3) + row, rows.flags(from + row));
        }
        assembly.onBatch(header, batch);
    }

    private static StepRows rows(int count) {
        StepRows rows = new StepRows(count);
        Random random = new Random(count);
        for (int row = 0; row < count; row++) {
            rows.add(random.nextLong(), random.nextInt(), random.nextInt(), (byte) random.nextInt());
        }
        return rows;
    }

    private static void assertRows(StepRows expected, StepRows actual) {
        assertEquals(expected.count(), actual.count());
        for (int row = 0; row < expected.count(); row++) {
            assertEquals(expected.sequence(row), actual.sequence(row));
            assertEquals(expected.position(row), actual.position(row));
            assertEquals(expected.token(row), actual.token(row));
            assertEquals(expected.flags(row), actual.flags(row));
        }
    }
}
