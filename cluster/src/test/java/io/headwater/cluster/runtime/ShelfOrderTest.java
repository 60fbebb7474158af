/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.cluster.runtime.ShelfOrder.Drop;
import io.headwater.cluster.runtime.ShelfOrder.DropAll;
import io.headwater.cluster.runtime.ShelfOrder.Restore;
import io.headwater.cluster.runtime.ShelfOrder.Save;
import io.headwater.compression.KvPolicy;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.saved.CacheShelf.Saved;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ShelfOrderTest {
    private static final Saved SAVED = new Saved(123_456, "00ff" + "7f80".repeat(7));

    @Test
    void anOrderIsReadAsItWasSent() throws Exception {
        KvOptions ems = new KvOptions(KvPolicy.parse("ems:gamma=1,window=16"), 100, 17, Integer.MAX_VALUE);
        for (ShelfOrder order : List.of(
                new Save(Long.MAX_VALUE, 7, SAVED),
                new Restore(5, 8, ems, 64, SAVED),
                new Restore(5, 9, KvOptions.NONE, 0, SAVED),
                new Drop(0, SAVED),
                new DropAll(1))) {
            StepRows rows = new StepRows(16);
            order.add(rows);

            assertThat(rows.count()).isEqualTo(order.rows());
            assertThat(rows.shelves(0)).isTrue();
            assertThat(rows.closes(0) || rows.opens(0) || rows.goesOn(1)).isFalse();
            assertThat(ShelfOrder.read(rows)).isEqualTo(order);
        }
    }

    @Test
    void whatThisProgramDoesNotKnowEndsTheEpoch() {
        StepRows rows = new StepRows(16);
        rows.add(1, 9, 0, StepRows.SHELF);
        assertThatThrownBy(() -> ShelfOrder.read(rows)).isInstanceOf(StepStreamException.class);
        rows.add(1, 0, 0, StepRows.SHELF);
        assertThatThrownBy(() -> ShelfOrder.read(rows))
                .isInstanceOf(StepStreamException.class)
                .hasMessageContaining("unknown here");
    }
}
