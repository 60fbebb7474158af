/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.wire;

import java.nio.ByteOrder;
import org.agrona.DirectBuffer;
import org.agrona.MutableDirectBuffer;
import org.agrona.concurrent.UnsafeBuffer;
import org.jspecify.annotations.Nullable;

/**
 * The 32 bytes before every message, little endian: u16 magic, u8 version, u8 type, u16 source shard, u16 layer, i64 step, i32 epoch,
 * u8 phase, 3 zero bytes, i32 offset and i32 total (values, or rows of a step, of the tensor that the message is a part of). A flyweight:
 * {@link #wrap} for reading, {@link #startWriting} and the setters for writing; one thread's.
 */
public final class MessageHeader {
    public static final int LENGTH = 32;
    /** "HW". */
    public static final int MAGIC = 0x5748;

    public static final int VERSION = 1;

    private static final int MAGIC_AT = 0;
    private static final int VERSION_AT = 2;
    private static final int TYPE_AT = 3;
    private static final int SOURCE_AT = 4;
    private static final int LAYER_AT = 6;
    private static final int STEP_AT = 8;
    private static final int EPOCH_AT = 16;
    private static final int PHASE_AT = 20;
    private static final int OFFSET_AT = 24;
    private static final int TOTAL_AT = 28;
    private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

    private DirectBuffer read = new UnsafeBuffer(new byte[LENGTH]);
    private MutableDirectBuffer written = new UnsafeBuffer(new byte[LENGTH]);
    private int at;

    /** Reads the 32 bytes from {@code index}. */
    public MessageHeader wrap(DirectBuffer buffer, int index) {
        read = buffer;
        at = index;
        return this;
    }

    /** Whether magic, version and the zero bytes are as they must be, and the type is known. */
    public boolean isWellFormed() {
        return (read.getShort(at + MAGIC_AT, ORDER) & 0xFFFF) == MAGIC
                && read.getByte(at + VERSION_AT) == VERSION
                && (read.getInt(at + PHASE_AT, ORDER) & 0xFFFFFF00) == 0
                && type() != null;
    }

    /** Null if unknown. */
    public @Nullable MessageType type() {
        return MessageType.of(read.getByte(at + TYPE_AT) & 0xFF);
    }

    public int source() {
        return read.getShort(at + SOURCE_AT, ORDER) & 0xFFFF;
    }

    public int layer() {
        return read.getShort(at + LAYER_AT, ORDER) & 0xFFFF;
    }

    public long step() {
        return read.getLong(at + STEP_AT, ORDER);
    }

    public int epoch() {
        return read.getInt(at + EPOCH_AT, ORDER);
    }

    public int phase() {
        return read.getByte(at + PHASE_AT) & 0xFF;
    }

    /** First value or row of the message in its tensor. */
    public int offset() {
        return read.getInt(at + OFFSET_AT, ORDER);
    }

    /** Values or rows of the whole tensor. */
    public int total() {
        return read.getInt(at + TOTAL_AT, ORDER);
    }

    /** Begins a header at {@code index}; position, offset and total are 0 until set. */
    public MessageHeader startWriting(MutableDirectBuffer buffer, int index, MessageType type) {
        written = buffer;
        read = buffer;
        at = index;
        buffer.setMemory(index, LENGTH, (byte) 0);
        buffer.putShort(index + MAGIC_AT, (short) MAGIC, ORDER);
        buffer.putByte(index + VERSION_AT, (byte) VERSION);
        buffer.putByte(index + TYPE_AT, (byte) type.code());
        return this;
    }

    public MessageHeader from(int source, int epoch) {
        written.putShort(at + SOURCE_AT, (short) source, ORDER);
        written.putInt(at + EPOCH_AT, epoch, ORDER);
        return this;
    }

    public MessageHeader position(long step, int layer, int phase) {
        written.putLong(at + STEP_AT, step, ORDER);
        written.putShort(at + LAYER_AT, (short) layer, ORDER);
        written.putByte(at + PHASE_AT, (byte) phase);
        return this;
    }

    public MessageHeader part(int offset, int total) {
        written.putInt(at + OFFSET_AT, offset, ORDER);
        written.putInt(at + TOTAL_AT, total, ORDER);
        return this;
    }
}
