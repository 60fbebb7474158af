/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.kvcache;

/**
 * What a cache holds besides keys and values, because its policy asks for it.
 *
 * @param positions of entries: where heads give entries up, an entry's index does not tell
 * @param columnSums what attention has given each entry so far, summed over all queries
 * @param floats further state of each entry
 * @param window last queries that are kept, of every query head
 * @param peaks whether the first of the floats is the entry's peak in reconstructions
 */
public record EntryState(boolean positions, boolean columnSums, int floats, int window, boolean peaks) {
    /** A full cache: entry i is position i. */
    public static final EntryState NONE = new EntryState(false, false, 0, 0, false);

    /** Without peaks. */
    public EntryState(boolean positions, boolean columnSums, int floats, int window) {
        this(positions, columnSums, floats, window, false);
    }

    public EntryState {
        if (floats < (peaks ? 1 : 0) || window < 0 || (!positions && (columnSums || floats > 0 || window > 0))) {
            throw new IllegalArgumentException("positions=" + positions + " columnSums=" + columnSums + " floats="
                    + floats + " window=" + window + " peaks=" + peaks + ": state of entries needs their positions");
        }
    }

    /** Values of four bytes for each entry. */
    int columns() {
        return (positions ? 1 : 0) + (columnSums ? 1 : 0) + floats;
    }

    /** Column of the sums; positions are in column 0. */
    int sumColumn() {
        return 1;
    }

    /** Column of the first further float. */
    int floatColumn() {
        return columnSums ? 2 : 1;
    }
}
