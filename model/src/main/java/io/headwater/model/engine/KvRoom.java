/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/** The KV memory of a node of an engine, of its fullest shard where it has several. */
public interface KvRoom {
    /** Most that all sequences together may be charged. */
    long limitBytes();

    /** What they hold now. */
    long usedBytes();

    /** What a sequence is charged at least whose heads have so many entries each. */
    long leastBytes(int entries);
}
