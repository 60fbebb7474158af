/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/** The KV memory of an engine, of the fullest shard where there are several. */
public interface KvRoom {
    /** Of whoever knows no limit. */
    KvRoom UNKNOWN = new KvRoom() {
        @Override
        public long limitBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public long usedBytes() {
            return 0;
        }

        @Override
        public long leastBytes(int entries) {
            return 0;
        }
    };

    /** Most that all sequences together may be charged. */
    long limitBytes();

    /** What they hold now. */
    long usedBytes();

    /** What a sequence is charged at least whose heads have so many entries each. */
    long leastBytes(int entries);
}
