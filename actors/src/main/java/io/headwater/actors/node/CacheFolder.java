/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import java.nio.file.Path;

/**
 * Where a shard node puts its part of sessions' KV caches: a folder in its data directory, which nodes of one host may share.
 *
 * @param data the directory
 * @param mostBytes of all files in the folder; the oldest go first
 */
public record CacheFolder(Path data, long mostBytes) {
    public CacheFolder {
        if (mostBytes < 1) {
            throw new IllegalArgumentException("mostBytes=" + mostBytes + ": give at least 1, or no folder");
        }
    }

    public Path path() {
        return data.resolve("kv");
    }
}
