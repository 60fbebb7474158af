/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import java.nio.file.Path;

/**
 * Where a node puts its part of sessions' caches.
 *
 * @param folder of this node, or of several on one host together
 * @param mostBytes of all files in it; the oldest go first
 * @param model fingerprint of the model's file
 */
public record ShelfOptions(Path folder, long mostBytes, String model) {
    public ShelfOptions {
        if (mostBytes < 1) {
            throw new IllegalArgumentException("mostBytes=" + mostBytes + ": give at least 1, or no folder");
        }
    }
}
