/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.headwater.testing.GgufWriter;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class GgufMetadataTest {
    @TempDir
    Path directory;

    @Test
    void readsIntegersOfEveryWidthAndSign() throws Exception {
        byte[] ones = {-1, -1, -1, -1, -1, -1, -1, -1};
        GgufWriter writer = new GgufWriter();
        int[] widths = {1, 1, 2, 2, 4, 4, 0, 0, 0, 0, 8, 8};
        for (int type : new int[] {0, 1, 2, 3, 4, 5, 11}) {
            writer.raw("k" + type, type, Arrays.copyOf(ones, widths[type]));
        }
        writer.raw("k10", 10, int64(Long.MAX_VALUE));

        try (GgufFile file = open(writer)) {
            GgufMetadata metadata = file.metadata();
            assertThat(metadata.integer("k0")).hasValue(255);
            assertThat(metadata.integer("k1")).hasValue(-1);
            assertThat(metadata.integer("k2")).hasValue(65535);
            assertThat(metadata.integer("k3")).hasValue(-1);
            assertThat(metadata.integer("k4")).hasValue(4294967295L);
            assertThat(metadata.integer("k5")).hasValue(-1);
            assertThat(metadata.integer("k10")).hasValue(Long.MAX_VALUE);
            assertThat(metadata.integer("k11")).hasValue(-1);
            assertThat(metadata.number("k4")).hasValue(4294967295.0);
            assertThat(metadata.value("k3")).contains(-1L);
        }
    }

    @Test
    void readsFloatsBooleansAndArrays() throws Exception {
        GgufWriter writer = new GgufWriter()
                .float32("f", 0.1f)
                .raw("d", 12, int64(Double.doubleToLongBits(0.1)))
                .bool("yes", true)
                .bool("no", false)
                .int32s("ints", 1, -2, 3)
                .float32s("floats", 1.5f, -2.5f)
                .array("longs", 11, 1, int64(7))
                .array("flags", 7, 2, new byte[] {1, 0})
                .strings("texts", List.of("", "ä", "\uFFFD"));

        try (GgufFile file = open(writer)) {
            GgufMetadata metadata = file.metadata();
            assertThat(metadata.number("f")).hasValue(0.1f);
            assertThat(metadata.number("d")).hasValue(0.1);
            assertThat(metadata.bool("yes")).contains(true);
            assertThat(metadata.bool("no")).contains(false);
            assertThat(metadata.integers("ints").orElseThrow()).containsExactly(1, -2, 3);
            assertThat(metadata.integers("longs").orElseThrow()).containsExactly(7);
            assertThat(metadata.floats("floats").orElseThrow()).containsExactly(1.5f, -2.5f);
            assertThat(metadata.value("flags")).contains(List.of(true, false));
            assertThat(metadata.strings("texts").orElseThrow()).containsExactly("", "ä", "\uFFFD");
            assertThat(metadata.length("texts")).hasValue(3);
            assertThat(metadata.keys())
                    .containsExactly("f", "d", "yes", "no", "ints", "floats", "longs", "flags", "texts");
        }
    }

    @Test
    void hasNothingForAnAbsentKey() throws Exception {
        try (GgufFile file = open(new GgufWriter())) {
            GgufMetadata metadata = file.metadata();
            assertThat(metadata.value("k")).isEmpty();
            assertThat(metadata.string("k")).isEmpty();
            assertThat(metadata.integer("k")).isEmpty();
            assertThat(metadata.number("k")).isEmpty();
            assertThat(metadata.bool("k")).isEmpty();
            assertThat(metadata.strings("k")).isEmpty();
            assertThat(metadata.integers("k")).isEmpty();
            assertThat(metadata.floats("k")).isEmpty();
            assertThat(metadata.length("k")).isEmpty();
        }
    }

    @Test
    void namesTheKeyWhoseValueIsOfAnotherType() throws Exception {
        GgufWriter writer = new GgufWriter().uint32("n", 1).string("s", "text").int32s("a", 1);

        try (GgufFile file = open(writer)) {
            GgufMetadata metadata = file.metadata();
            assertProblem(() -> metadata.string("n"), "metadata key n: the value is of type uint32, expected a string");
            assertProblem(
                    () -> metadata.integer("s"), "metadata key s: the value is of type string, expected an integer");
            assertProblem(
                    () -> metadata.number("a"), "metadata key a: the value is an array of int32, expected a number");
            assertProblem(() -> metadata.bool("n"), "expected a boolean");
            assertProblem(() -> metadata.strings("a"), "expected an array of strings");
            assertProblem(() -> metadata.strings("s"), "expected an array of strings");
            assertProblem(() -> metadata.floats("a"), "expected an array of floats");
            assertProblem(() -> metadata.integers("n"), "expected an array of integers");
            assertProblem(() -> metadata.length("n"), "expected an array");
        }
    }

    @Test
    void namesTheKeyWhoseValueIsWrong() throws Exception {
        byte[] latin1 = {'g', 'r', (byte) 0xFC, 'n'};
        byte[] inArray = {4, 0, 0, 0, 0, 0, 0, 0, 'g', 'r', (byte) 0xFC, 'n'};
        GgufWriter writer = new GgufWriter()
                .string("text", latin1)
                .array("texts", 8, 1, inArray)
                .raw("bool", 7, new byte[] {2})
                .raw("large", 10, int64(-1))
                .array("longs", 11, 1, int64(1L << 40));

        try (GgufFile file = open(writer)) {
            GgufMetadata metadata = file.metadata();
            assertProblem(() -> metadata.string("text"), "metadata key text: the text at byte");
            assertProblem(() -> metadata.value("text"), "is not valid UTF-8");
            assertProblem(() -> metadata.strings("texts"), "metadata key texts: the text at byte");
            assertProblem(() -> metadata.bool("bool"), "metadata key bool: a boolean is 2, not 0 or 1");
            assertProblem(() -> metadata.integer("large"), "metadata key large: 18446744073709551615 is too large");
            assertProblem(() -> metadata.integers("longs"), "metadata key longs: element 0 is 1099511627776");
        }
    }

    private GgufFile open(GgufWriter writer) throws Exception {
        return GgufFile.open(writer.write(directory.resolve("keys.gguf")));
    }

    private static void assertProblem(ThrowingCallable call, String problem) {
        assertThatExceptionOfType(GgufException.class)
                .isThrownBy(call)
                .withMessageStartingWith("keys.gguf: ")
                .withMessageContaining(problem);
    }

    private static byte[] int64(long value) {
        byte[] out = new byte[Long.BYTES];
        ByteBuffer.wrap(out).order(ByteOrder.LITTLE_ENDIAN).putLong(value);
        return out;
    }
}
