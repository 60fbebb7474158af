/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.channels.Channels;
import java.util.Random;
import org.agrona.concurrent.UnsafeBuffer;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.RootAllocator;
import org.apache.arrow.vector.BigIntVector;
import org.apache.arrow.vector.Float4Vector;
import org.apache.arrow.vector.IntVector;
import org.apache.arrow.vector.TinyIntVector;
import org.apache.arrow.vector.VectorSchemaRoot;
import org.apache.arrow.vector.ipc.ArrowStreamReader;
import org.apache.arrow.vector.ipc.WriteChannel;
import org.apache.arrow.vector.ipc.message.MessageSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TensorCodecTest {
    private static final int LARGEST = 65504;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 8, 31, 576, 8000})
    void anArrowReaderDecodesSums(int count) throws Exception {
        TensorCodec codec = new TensorCodec(FlatSchema.SUMS, LARGEST);
        UnsafeBuffer message = message(codec, count);
        for (int i = 0; i < count; i++) {
            message.putLong(codec.columnAt(0, count, 0) + i * 8, i * 0x1234567890ABL - 5);
        }

        read(codec, message, root -> {
            BigIntVector sums = (BigIntVector) root.getVector("sum");
            assertThat(root.getRowCount()).isEqualTo(count);
            for (int i = 0; i < count; i++) {
                assertThat(sums.get(i)).isEqualTo(i * 0x1234567890ABL - 5);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 4, 1001})
    void anArrowReaderDecodesLogits(int count) throws Exception {
        TensorCodec codec = new TensorCodec(FlatSchema.LOGITS, LARGEST);
        UnsafeBuffer message = message(codec, count);
        for (int i = 0; i < count; i++) {
            message.putFloat(codec.columnAt(0, count, 0) + i * 4, i * 0.37f - 3);
        }

        read(codec, message, root -> {
            Float4Vector logits = (Float4Vector) root.getVector("logit");
            for (int i = 0; i < count; i++) {
                assertThat(logits.get(i)).isEqualTo(i * 0.37f - 3);
            }
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 9, 100})
    void anArrowReaderDecodesSteps(int count) throws Exception {
        TensorCodec codec = new TensorCodec(FlatSchema.STEPS, 8192);
        UnsafeBuffer message = message(codec, count);
        for (int i = 0; i < count; i++) {
            message.putLong(codec.columnAt(0, count, 0) + i * 8, 1L << 40 | i);
            message.putInt(codec.columnAt(0, count, 1) + i * 4, 100 + i);
            message.putInt(codec.columnAt(0, count, 2) + i * 4, 49_000 - i);
            message.putByte(codec.columnAt(0, count, 3) + i, (byte) (i & 1));
        }

        read(codec, message, root -> {
            for (int i = 0; i < count; i++) {
                assertThat(((BigIntVector) root.getVector("sequence")).get(i)).isEqualTo(1L << 40 | i);
                assertThat(((IntVector) root.getVector("position")).get(i)).isEqualTo(100 + i);
                assertThat(((IntVector) root.getVector("token")).get(i)).isEqualTo(49_000 - i);
                assertThat(((TinyIntVector) root.getVector("flags")).get(i)).isEqualTo((byte) (i & 1));
            }
        });
    }

    @Test
    void everyLengthThatFitsIsRecognised() {
        TensorCodec codec = new TensorCodec(FlatSchema.STEPS, 8192);
        int most = codec.maxCount(8192);

        assertThat(codec.length(most)).isLessThanOrEqualTo(8192);
        assertThat(codec.length(most + 1)).isGreaterThan(8192);
        for (int count = 1; count <= most; count++) {
            assertThat(codec.count(message(codec, count), 0, codec.length(count), most))
                    .isEqualTo(count);
        }
    }

    @Test
    void aMessageCutShortOrWithAnyChangedBitOfItsMetadataIsNone() {
        TensorCodec codec = new TensorCodec(FlatSchema.SUMS, LARGEST);
        int count = 40;
        int length = codec.length(count);
        for (int cut = 0; cut < length; cut++) {
            byte[] part = new byte[cut]; // its own array: a read beyond it fails
            message(codec, count).getBytes(0, part);
            assertThat(codec.count(new UnsafeBuffer(part), 0, cut, LARGEST)).isEqualTo(-1);
        }
        int body = codec.columnAt(0, count, 0);
        for (int bit = MessageHeader.LENGTH * 8; bit < body * 8; bit++) {
            UnsafeBuffer message = message(codec, count);
            message.putByte(bit / 8, (byte) (message.getByte(bit / 8) ^ 1 << bit % 8));
            assertThat(codec.count(message, 0, length, LARGEST))
                    .as("bit %s", bit)
                    .isEqualTo(-1);
        }
    }

    @Test
    void randomBytesAreNoMessage() {
        TensorCodec codec = new TensorCodec(FlatSchema.LOGITS, LARGEST);
        MessageHeader header = new MessageHeader();
        Random random = new Random(5);
        for (int round = 0; round < 20_000; round++) {
            byte[] bytes = new byte[MessageHeader.LENGTH + random.nextInt(600)];
            random.nextBytes(bytes);
            UnsafeBuffer buffer = new UnsafeBuffer(bytes);

            assertThat(codec.count(buffer, 0, bytes.length, LARGEST)).isEqualTo(-1);
            assertThat(header.wrap(buffer, 0).isWellFormed()).isFalse();
        }
    }

    @Test
    void aHeaderSaysWhatWasWritten() {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[64]);
        buffer.setMemory(0, 64, (byte) -1);
        new MessageHeader()
                .startWriting(buffer, 8, MessageType.LOGITS)
                .from(2, -3)
                .position(1L << 40, 0xFFFE, 255)
                .part(5, 1 << 30);

        MessageHeader header = new MessageHeader().wrap(buffer, 8);

        assertThat(header.isWellFormed()).isTrue();
        assertThat(header.type()).isEqualTo(MessageType.LOGITS);
        assertThat(header.source()).isEqualTo(2);
        assertThat(header.epoch()).isEqualTo(-3);
        assertThat(header.step()).isEqualTo(1L << 40);
        assertThat(header.layer()).isEqualTo(0xFFFE);
        assertThat(header.phase()).isEqualTo(255);
        assertThat(header.offset()).isEqualTo(5);
        assertThat(header.total()).isEqualTo(1 << 30);
        assertThat(buffer.getByte(8)).isEqualTo((byte) 0x48);
        assertThat(buffer.getByte(9)).isEqualTo((byte) 0x57);
        assertThat(buffer.getByte(40)).as("behind the header").isEqualTo((byte) -1);
    }

    private static UnsafeBuffer message(TensorCodec codec, int count) {
        UnsafeBuffer buffer = new UnsafeBuffer(new byte[codec.length(count)]);
        new MessageHeader().startWriting(buffer, 0, MessageType.SUMS).part(0, count);
        codec.putMetadata(buffer, 0, count);
        return buffer;
    }

    private interface Check {
        void on(VectorSchemaRoot root);
    }

    /** Reads what lies behind the header as an Arrow stream: the schema as any program would send it, then the message. */
    private static void read(TensorCodec codec, UnsafeBuffer message, Check check) throws Exception {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        MessageSerializer.serialize(
                new WriteChannel(Channels.newChannel(stream)), codec.schema().arrow());
        stream.write(message.byteArray(), MessageHeader.LENGTH, message.capacity() - MessageHeader.LENGTH);
        try (BufferAllocator allocator = new RootAllocator();
                ArrowStreamReader reader =
                        new ArrowStreamReader(new ByteArrayInputStream(stream.toByteArray()), allocator)) {
            assertThat(reader.loadNextBatch()).isTrue();
            check.on(reader.getVectorSchemaRoot());
            assertThat(reader.loadNextBatch()).isFalse();
        }
    }
}
