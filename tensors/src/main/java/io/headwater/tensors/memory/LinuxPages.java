/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Optional;

/** Anonymous mappings: resident only where touched (an {@code Arena} would write zeros to all of it), huge pages where allowed. */
final class LinuxPages implements PageSource {
    private static final int READ_WRITE = 1 | 2;
    private static final int PRIVATE_ANONYMOUS = 0x2 | 0x20;
    private static final long FAILED = -1;
    private static final int MADV_DONTNEED = 4;
    private static final int MADV_HUGEPAGE = 14;

    private final MethodHandle mmap =
            find("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private final MethodHandle munmap = find("munmap", JAVA_INT, ADDRESS, JAVA_LONG);
    private final MethodHandle madvise = find("madvise", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
    private final long pageBytes = pageBytes(find("getpagesize", JAVA_INT));

    @Override
    @SuppressWarnings("restricted")
    public Optional<MemorySegment> map(long bytes) {
        long mapped = Math.addExact(bytes, HUGE_PAGE_BYTES);
        long base = mmap(mapped);
        if (base == FAILED) {
            return Optional.empty();
        }
        long start = (base + HUGE_PAGE_BYTES - 1) & -HUGE_PAGE_BYTES;
        long end = (start + bytes + pageBytes - 1) & -pageBytes;
        unmap(base, start - base);
        unmap(end, base + mapped - end);
        advise(start, bytes, MADV_HUGEPAGE); // a hint: kernels without huge pages refuse it
        return Optional.of(MemorySegment.ofAddress(start).reinterpret(bytes));
    }

    @Override
    public void unmap(MemorySegment memory) {
        unmap(memory.address(), (memory.byteSize() + pageBytes - 1) & -pageBytes);
    }

    @Override
    public boolean giveBack(long address, long bytes) {
        long start = (address + pageBytes - 1) & -pageBytes;
        long end = (address + bytes) & -pageBytes;
        return end > start && advise(start, end - start, MADV_DONTNEED);
    }

    private long mmap(long bytes) {
        try {
            return ((MemorySegment) mmap.invokeExact(MemorySegment.NULL, bytes, READ_WRITE, PRIVATE_ANONYMOUS, -1, 0L))
                    .address();
        } catch (Throwable e) {
            throw new AssertionError("mmap of " + bytes + " bytes", e);
        }
    }

    private void unmap(long address, long bytes) {
        if (bytes == 0) {
            return;
        }
        int failed;
        try {
            failed = (int) munmap.invokeExact(MemorySegment.ofAddress(address), bytes);
        } catch (Throwable e) {
            throw new AssertionError("munmap", e);
        }
        if (failed != 0) {
            throw new IllegalStateException(
                    "munmap of " + bytes + " bytes at 0x" + Long.toHexString(address) + " failed: a bug");
        }
    }

    private boolean advise(long address, long bytes, int advice) {
        try {
            return (int) madvise.invokeExact(MemorySegment.ofAddress(address), bytes, advice) == 0;
        } catch (Throwable e) {
            throw new AssertionError("madvise", e);
        }
    }

    private static long pageBytes(MethodHandle getpagesize) {
        try {
            return (int) getpagesize.invokeExact();
        } catch (Throwable e) {
            throw new AssertionError("getpagesize", e);
        }
    }

    @SuppressWarnings("restricted")
    private static MethodHandle find(String name, ValueLayout result, ValueLayout... arguments) {
        Linker linker = Linker.nativeLinker();
        return linker.downcallHandle(
                linker.defaultLookup().findOrThrow(name), FunctionDescriptor.of(result, arguments));
    }
}
