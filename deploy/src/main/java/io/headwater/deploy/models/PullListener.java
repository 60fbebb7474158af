/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

/** Hears of a pull while it goes on. */
public interface PullListener extends ProgressListener {
    /** One line for the user: what is fetched from where, which source failed. */
    void note(String line);

    /** Hears nothing. */
    static PullListener silent() {
        return new PullListener() {
            @Override
            public void note(String line) {}

            @Override
            public void progress(long doneBytes, long totalBytes) {}
        };
    }
}
