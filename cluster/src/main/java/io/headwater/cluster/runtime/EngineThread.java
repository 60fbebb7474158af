/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.model.engine.EngineException;

/** The thread that owns an engine group in one epoch: runs its program until it ends, is asked to, or breaks. */
final class EngineThread {
    private final Program program;
    private final Broken broken;
    private final Thread thread;
    private volatile boolean stopping;

    EngineThread(String name, Program program, Broken broken) {
        this.program = program;
        this.broken = broken;
        this.thread = Thread.ofPlatform().daemon().name(name).unstarted(this::run);
    }

    void start() {
        thread.start();
    }

    private void run() {
        try {
            program.run(this);
        } catch (EngineException | StepStreamException e) {
            broken.on(String.valueOf(e.getMessage()), e);
        } catch (RuntimeException | Error e) { // a bug: the epoch is over, and somebody must hear of it
            broken.on("the engine thread failed: " + e, e);
        }
    }

    /** Whether the program should end, at the next occasion between two steps. */
    boolean stopping() {
        return stopping;
    }

    void askToStop() {
        stopping = true;
    }

    /** Waits for the thread's end, at most so long; false if it still runs. An interrupt does not shorten it. */
    boolean join(long timeoutNanos) {
        return Uninterrupted.join(thread, timeoutNanos);
    }

    /** What the thread does. */
    interface Program {
        /** Returns soon after {@link EngineThread#stopping}. */
        void run(EngineThread thread) throws EngineException, StepStreamException;
    }

    /** Hears, on the engine thread, why the program broke. */
    interface Broken {
        void on(String reason, Throwable cause);
    }
}
