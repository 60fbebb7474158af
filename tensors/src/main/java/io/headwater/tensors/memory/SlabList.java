/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.memory;

import org.jspecify.annotations.Nullable;

/** The slabs of one block size that have room. The one that got room last comes first: it is the fullest, so others can drain. */
final class SlabList {
    private @Nullable Slab first;

    @Nullable
    Slab first() {
        return first;
    }

    void addFirst(Slab slab) {
        slab.previous = null;
        slab.next = first;
        if (first != null) {
            first.previous = slab;
        }
        first = slab;
    }

    void remove(Slab slab) {
        if (slab.previous == null) {
            first = slab.next;
        } else {
            slab.previous.next = slab.next;
        }
        if (slab.next != null) {
            slab.next.previous = slab.previous;
        }
        slab.previous = null;
        slab.next = null;
    }
}
