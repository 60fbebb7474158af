/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import java.util.Iterator;
import java.util.List;

/** Closes what was opened: in reverse order, every one even if one throws. */
final class Closing {
    private Closing() {}

    /** Throws what the first close threw; what others threw is suppressed in it. */
    static void reversed(List<? extends Resource> opened) {
        close(opened.iterator());
    }

    private static void close(Iterator<? extends Resource> opened) {
        if (opened.hasNext()) {
            try (Resource _ = opened.next()) {
                close(opened);
            }
        }
    }

    /** As {@link #reversed}, after a failure that is about to be thrown: what the closes throw is suppressed in it. */
    static void after(Throwable failure, List<? extends Resource> opened) {
        try {
            reversed(opened);
        } catch (RuntimeException | Error e) {
            failure.addSuppressed(e);
        }
    }

    /** Something to close, usually a method reference. */
    @FunctionalInterface
    interface Resource extends AutoCloseable {
        @Override
        void close();
    }
}
