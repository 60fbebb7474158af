/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.saved;

import java.io.IOException;

/** Hears again and again, on the thread that does it, that a cache's file is being written or read. */
@FunctionalInterface
public interface FileProgress {
    /**
     * The next piece of the file is due.
     *
     * @throws IOException to break it off
     */
    void getsOn() throws IOException;
}
