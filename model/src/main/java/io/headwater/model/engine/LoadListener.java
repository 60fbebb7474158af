/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

/** Hears how far loading is. Called from loading threads, in any order. */
@FunctionalInterface
public interface LoadListener {
    LoadListener SILENT = (done, total) -> {};

    void loaded(long bytesDone, long bytesTotal);
}
