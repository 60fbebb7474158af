/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

/** Follows one file's way onto this machine. */
public interface ProgressListener {
    /** Bytes on disk so far; total ≤ 0 if nobody knows it. */
    void progress(long doneBytes, long totalBytes);
}
