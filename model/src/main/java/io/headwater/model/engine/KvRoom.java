/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.kvcache.KvOptions;

/** The KV memory of an engine, of the fullest shard where there are several, as far as sequences can be promised some of it. */
public interface KvRoom {
    /** Whoever knows no limit promises everything. */
    KvRoom UNKNOWN = new KvRoom() {
        @Override
        public long limitBytes() {
            return Long.MAX_VALUE;
        }

        @Override
        public long bytes(KvOptions options, int entries, int longest) {
            return 0;
        }
    };

    /** Most that all sequences together may be charged. */
    long limitBytes();

    /** What a sequence is charged whose heads have so many entries in the mean, and the longest one so many. */
    long bytes(KvOptions options, int entries, int longest);
}
