/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.apache.arrow.memory.ArrowBuf;
import org.apache.arrow.memory.BufferAllocator;
import org.apache.arrow.memory.ForeignAllocation;
import org.apache.arrow.memory.OutOfMemoryException;
import org.jspecify.annotations.Nullable;

/**
 * One engine's KV memory: slabs, cut into blocks that sessions take and free in O(1) and without Java objects. A block is an
 * {@code int} ≥ 0, its first 4-KiB page counted over all slabs; {@link #segment} and {@link #offset} say where it lies. A block's
 * bytes are what its last owner left there.
 *
 * <p>Accounts: a slab is an Arrow buffer of the allocator {@code engine-3}. What a session takes moves from there to its child
 * {@code engine-3/session-ab12}, so the engine's total is always exactly its slabs, and what sessions have on the Java heap
 * ({@link SessionMemory#chargeHeap}), and nothing is counted twice; what is owed ({@link SessionMemory#oweHeap}) is in no account yet.
 *
 * <p>Freed blocks serve any session at once. A slab that is mostly free gives free pages back to the system; one that is wholly
 * free is kept as the spare (for any block size) or unmapped if there is one already.
 *
 * <p>Everything here, sessions included, belongs to one thread at a time.
 */
public final class BlockArena implements AutoCloseable {
    /** Blocks are multiples of this. */
    public static final int PAGE_BYTES = 4096;

    private static final int PAGE_SHIFT = 12;

    private final ArenaOptions options;
    private final BufferAllocator allocator;
    private final PageSource pages;
    private final int slabShift;
    private final int pageMask;
    private final @Nullable SlabList[] withRoom; // by pages per block
    private final List<SessionMemory> sessions = new ArrayList<>();
    private @Nullable Slab[] slabs = new @Nullable Slab[16];
    private @Nullable Slab spare;
    private int slabCount;
    private int lastOwner;
    private long lentBytes;
    private long peakLentBytes;
    private long heapBytes;
    private long owedBytes;

    BlockArena(BufferAllocator parent, ArenaOptions options, PageSource pages) {
        this.options = options;
        this.pages = pages;
        int slabPages = options.slabBytes() / PAGE_BYTES;
        slabShift = Integer.numberOfTrailingZeros(slabPages);
        pageMask = slabPages - 1;
        withRoom = new @Nullable SlabList[slabPages + 1];
        allocator = parent.newChildAllocator(options.name(), 0, options.limitBytes());
    }

    /** An arena without slabs, under an allocator that outlives it. */
    public static BlockArena create(BufferAllocator parent, ArenaOptions options) {
        return new BlockArena(parent, options, PageSource.ofSystem());
    }

    /** A session's account, {@code engine-3/NAME}; closing it frees its blocks. */
    public SessionMemory open(String name, long limitBytes) {
        SessionMemory session = new SessionMemory(
                this, allocator.newChildAllocator(options.name() + "/" + name, 0, limitBytes), ++lastOwner);
        sessions.add(session);
        return session;
    }

    /** The slab that holds the block, in the global scope: do not touch it after the block is freed. */
    public MemorySegment segment(int block) {
        return slab(block).memory;
    }

    /** Where the block begins in its segment, in bytes. */
    public long offset(int block) {
        return (long) (block & pageMask) << PAGE_SHIFT;
    }

    /** A new limit for slabs; below what they hold now it only stops further slabs. */
    public void setLimit(long limitBytes) {
        allocator.setLimit(limitBytes);
    }

    /** The most that its slabs and sessions' arrays may hold together. */
    public long limitBytes() {
        return allocator.getLimit();
    }

    /** What sessions hold: their blocks, and their arrays on the heap, also those that could not be charged yet ({@link SessionMemory#oweHeap}). */
    public long usedBytes() {
        return lentBytes + heapBytes + owedBytes;
    }

    public ArenaStatistics statistics() {
        long returned = 0;
        for (Slab slab : slabs) {
            returned += slab == null ? 0 : slab.returnedBytes();
        }
        long slabBytes = (long) slabCount * options.slabBytes();
        return new ArenaStatistics(sessions.size(), slabCount, slabBytes, lentBytes, peakLentBytes, returned);
    }

    /** Arrow's own words about this arena and its sessions. */
    public String listing() {
        return allocator.toVerboseString();
    }

    /** All sessions must be closed. */
    @Override
    public void close() {
        if (!sessions.isEmpty()) {
            throw new IllegalStateException("arena " + options.name() + ": " + sessions.size()
                    + " sessions are open, close them first\n" + listing());
        }
        freeSpare();
        allocator.close();
    }

    /** Takes a block that no account has yet, or says why not by a {@link Refusal}. */
    int take(int blockBytes, int owner) {
        SlabList list = list(blockBytes);
        Slab slab = list.first();
        if (slab == null) {
            int refusal = addSlab(list, blockBytes);
            if (refusal < 0) {
                return refusal;
            }
            slab = Objects.requireNonNull(list.first());
        }
        int page = slab.take(owner);
        if (slab.isFull()) {
            list.remove(slab);
        }
        return (slab.index << slabShift) + page;
    }

    /** Moves free bytes to a session. The engine gives first: its total then never exceeds its slabs, so no limit can refuse. */
    void lend(BufferAllocator session, long bytes) {
        allocator.releaseBytes(bytes);
        session.forceAllocate(bytes);
        lentBytes += bytes;
        peakLentBytes = Math.max(peakLentBytes, lentBytes);
    }

    /** A session is charged so much more, or less, for arrays on the heap. */
    void chargedHeap(long bytes) {
        heapBytes += bytes;
    }

    /** A session owes so much more, or less, for arrays on the heap. */
    void owesHeap(long bytes) {
        owedBytes += bytes;
    }

    private void settle() {
        for (int i = 0; owedBytes > 0 && i < sessions.size(); i++) {
            sessions.get(i).settle();
        }
    }

    /** Frees a block that was lent to this session; false if this owner has no such block. */
    boolean free(int block, int owner, BufferAllocator session) {
        int index = block >>> slabShift;
        Slab slab = index < slabs.length ? slabs[index] : null;
        if (slab == null) {
            return false;
        }
        boolean wasFull = slab.isFull();
        if (!slab.free(block & pageMask, owner)) {
            return false;
        }
        freed(slab, wasFull, session, slab.blockBytes());
        return true;
    }

    void closed(SessionMemory session, int owner, BufferAllocator sessionAllocator) {
        for (Slab slab : slabs) {
            if (slab != null) {
                boolean wasFull = slab.isFull();
                long bytes = slab.freeAll(owner);
                if (bytes > 0) {
                    freed(slab, wasFull, sessionAllocator, bytes);
                }
            }
        }
        sessions.remove(session);
        settle();
    }

    private void freed(Slab slab, boolean wasFull, BufferAllocator session, long bytes) {
        session.releaseBytes(bytes);
        allocator.forceAllocate(bytes); // before the slab's own account may close
        lentBytes -= bytes;
        SlabList list = list(slab.blockBytes());
        if (wasFull) {
            list.addFirst(slab);
        }
        if (!slab.isWhollyFree()) {
            slab.trimIfDue();
            return;
        }
        list.remove(slab);
        if (spare == null) {
            spare = slab;
        } else {
            unmap(slab);
        }
        settle();
    }

    /** What is kept for blocks goes where its bytes are needed otherwise. */
    void freeSpare() {
        if (spare != null) {
            unmap(spare);
            spare = null;
        }
    }

    private int addSlab(SlabList list, int blockBytes) {
        Slab slab = spare;
        if (slab == null) {
            if (allocator.getHeadroom() < options.slabBytes()) {
                return Refusal.ARENA_LIMIT;
            }
            Optional<MemorySegment> memory = pages.map(options.slabBytes());
            if (memory.isEmpty()) {
                return Refusal.SYSTEM;
            }
            slab = charge(memory.get());
            if (slab == null) {
                return Refusal.ARENA_LIMIT;
            }
        }
        spare = null;
        slab.cut(blockBytes, options.trimShare());
        list.addFirst(slab);
        return 0;
    }

    /** Null if another engine was faster and the node is full now. */
    private @Nullable Slab charge(MemorySegment memory) {
        try {
            ArrowBuf account =
                    allocator.wrapForeignAllocation(new ForeignAllocation(memory.byteSize(), memory.address()) {
                        @Override
                        protected void release0() {
                            pages.unmap(memory);
                        }
                    });
            int index = freeIndex();
            Slab slab = new Slab(index, memory, account, pages);
            slabs[index] = slab;
            slabCount++;
            return slab;
        } catch (OutOfMemoryException e) {
            pages.unmap(memory);
            return null;
        }
    }

    private void unmap(Slab slab) {
        slabs[slab.index] = null;
        slabCount--;
        slab.account.close();
    }

    private int freeIndex() {
        for (int index = 0; index < slabs.length; index++) {
            if (slabs[index] == null) {
                return index;
            }
        }
        slabs = Arrays.copyOf(slabs, 2 * slabs.length);
        return slabs.length / 2;
    }

    private SlabList list(int blockBytes) {
        if (blockBytes <= 0 || blockBytes > options.slabBytes() || blockBytes % PAGE_BYTES != 0) {
            throw new IllegalArgumentException("arena " + options.name() + ": blockBytes=" + blockBytes
                    + ", expected a multiple of " + PAGE_BYTES + " up to slabBytes=" + options.slabBytes());
        }
        SlabList list = withRoom[blockBytes >> PAGE_SHIFT];
        if (list == null) {
            list = new SlabList();
            withRoom[blockBytes >> PAGE_SHIFT] = list;
        }
        return list;
    }

    private Slab slab(int block) {
        Slab slab = slabs[block >>> slabShift];
        if (slab == null) {
            throw new IllegalStateException(
                    "arena " + options.name() + ": block=" + block + " lies in no slab, it was freed: a bug");
        }
        return slab;
    }
}
