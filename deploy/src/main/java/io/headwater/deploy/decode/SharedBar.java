/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.deploy.cli.ProgressBar;
import io.headwater.model.engine.LoadListener;

/** Lets loading threads draw one bar: one at a time, and never backwards. */
final class SharedBar implements LoadListener {
    private final ProgressBar bar;
    private long furthest = -1;

    SharedBar(ProgressBar bar) {
        this.bar = bar;
    }

    @Override
    public synchronized void loaded(long bytesDone, long bytesTotal) {
        if (bytesDone > furthest) {
            furthest = bytesDone;
            bar.update(bytesDone, bytesTotal);
        }
    }
}
