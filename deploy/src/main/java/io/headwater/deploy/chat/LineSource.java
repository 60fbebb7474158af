/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.chat;

import java.io.IOException;
import java.util.Optional;

/** Where a person's lines come from. */
interface LineSource extends AutoCloseable {
    /** The next line without its end; empty at the end of the input. A line that was given up (Ctrl-C) is an empty one. */
    Optional<String> line(String prompt) throws IOException;

    @Override
    void close() throws IOException;
}
