/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.saved;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.model.saved.Segments.Segment;
import io.headwater.model.shard.UnitRange;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class SegmentsTest {
    private static List<Segment> all(String... ranges) {
        return Stream.of(ranges).map(SegmentsTest::segment).toList();
    }

    private static Segment segment(String range) {
        String[] ends = range.split("-", -1);
        return new Segment(Path.of(range), new UnitRange(Integer.parseInt(ends[0]), Integer.parseInt(ends[1])));
    }

    private static List<String> covering(int from, int to, List<Segment> all) {
        return Segments.covering(new UnitRange(from, to), all).stream()
                .map(segment -> segment.path().toString())
                .toList();
    }

    @Test
    void headsAreTakenFromWhoeverHasThem() {
        assertThat(covering(1, 2, all("0-3"))).containsExactly("0-3");
        assertThat(covering(1, 3, all("2-3", "0-2"))).containsExactly("0-2", "2-3");
        assertThat(covering(0, 2, all("0-1", "1-3"))).containsExactly("0-1", "1-3");
    }

    @Test
    void ofSegmentsOfTwoPlansThoseAreTakenThatHaveNoHeadTwice() {
        assertThat(covering(0, 4, all("0-3", "2-4", "0-2"))).containsExactly("0-2", "2-4");
        assertThat(covering(0, 6, all("0-2", "2-3", "2-5", "5-6"))).containsExactly("0-2", "2-5", "5-6");
    }

    @Test
    void whereAHeadIsMissingThereAreNone() {
        assertThat(covering(0, 3, all("0-1", "2-3"))).isEmpty();
        assertThat(covering(0, 3, all("0-2", "1-3"))).isEmpty();
        assertThat(covering(2, 3, all("0-2"))).isEmpty();
        assertThat(covering(0, 1, List.of())).isEmpty();
    }
}
