/* SPDX-License-Identifier: Apache-2.0 */
package org.apache.arrow.memory.unsafe;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.apache.arrow.memory.AllocationManager;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.OutOfMemoryException;
import org.apache.arrow.memory.ReferenceManager;

/**
 * Arrow buffers from malloc, 64-byte aligned, not zeroed. malloc and not a shared {@code Arena} per buffer: closing a shared arena
 * stops every thread of the process for a moment.
 */
public final class DefaultAllocationManagerFactory implements AllocationManager.Factory {
    private static final long ALIGNMENT = 64;
    private static final MethodHandle MALLOC =
            find("malloc", FunctionDescriptor.of(ValueLayout.ADDRESS, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = find("free", FunctionDescriptor.ofVoid(ValueLayout.ADDRESS));

    /** Arrow reads this field by reflection. After the handles, which it needs. */
    public static final AllocationManager.Factory FACTORY = new DefaultAllocationManagerFactory();

    private final ArrowBuf empty = new ArrowBuf(
            ReferenceManager.NO_OP, null, 0, align(malloc(ALIGNMENT).address()));

    private DefaultAllocationManagerFactory() {}

    @Override
    public AllocationManager create(BufferAllocator accountingAllocator, long size) {
        return new Malloc(accountingAllocator, malloc(size), size);
    }

    @Override
    public ArrowBuf empty() {
        return empty;
    }

    private static final class Malloc extends AllocationManager {
        private final MemorySegment memory;
        private final long size;

        Malloc(BufferAllocator accountingAllocator, MemorySegment memory, long size) {
            super(accountingAllocator);
            this.memory = memory;
            this.size = size;
        }

        @Override
        public long getSize() {
            return size;
        }

        @Override
        protected long memoryAddress() {
            return align(memory.address());
        }

        @Override
        protected void release0() {
            try {
                FREE.invokeExact(memory);
            } catch (Throwable e) {
                throw new AssertionError("free of " + memory, e);
            }
        }
    }

    private static MemorySegment malloc(long size) {
        MemorySegment memory;
        try {
            memory = (MemorySegment) MALLOC.invokeExact(size + ALIGNMENT);
        } catch (Throwable e) {
            throw new AssertionError("malloc of " + size + " bytes", e);
        }
        if (memory.address() == 0) {
            throw new OutOfMemoryException(
                    "malloc of " + size + " bytes: the system has no memory left, lower the node's limit");
        }
        return memory;
    }

    private static long align(long address) {
        return (address + ALIGNMENT - 1) & -ALIGNMENT;
    }

    @SuppressWarnings("restricted")
    private static MethodHandle find(String name, FunctionDescriptor signature) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(linker.defaultLookup().findOrThrow(name), signature);
    }
}
