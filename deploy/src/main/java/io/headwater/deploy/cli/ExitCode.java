/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

/** What the process says when it ends; scripts rely on these numbers. */
public final class ExitCode {
    public static final int DONE = 0;
    /** The work failed: a connection broke, a disk was full, a line of a batch was bad. */
    public static final int FAILED = 1;
    /** Bad usage or bad input: calling again in the same way fails again. */
    public static final int USAGE = 2;
    /** The cluster could not serve. */
    public static final int UNAVAILABLE = 3;
    /** Ended by Ctrl-C. */
    public static final int INTERRUPTED = 130;

    private ExitCode() {}
}
