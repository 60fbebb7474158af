/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import java.util.ArrayList;
import java.util.List;

/**
 * The threads of a group. Every worker of every shard waits at the gate for a step, runs its part, and comes back to the gate. The
 * calling thread is the first worker, so that a decode loop on as many cores as workers never has one thread too many.
 */
final class WorkerThreads implements AutoCloseable {
    private final List<ShardEngine> engines;
    private final int workersPerShard;
    private final PhaseBarrier gate;
    private final List<Thread> threads = new ArrayList<>();
    private volatile boolean closing;

    WorkerThreads(List<ShardEngine> engines, int workersPerShard, int spins) {
        this.engines = List.copyOf(engines);
        this.workersPerShard = workersPerShard;
        this.gate = new PhaseBarrier(engines.size() * workersPerShard, spins, Long.MAX_VALUE);
        for (int party = 1; party < engines.size() * workersPerShard; party++) {
            int mine = party;
            String name = "engine-" + party / workersPerShard + "-worker-" + party % workersPerShard;
            threads.add(Thread.ofPlatform().daemon().name(name).start(() -> loop(mine)));
        }
    }

    /** Runs the current step on all workers; returns when all are done. */
    void runStep() throws ExchangeException {
        gate.await(0);
        run(0);
        gate.await(0);
    }

    private void loop(int party) {
        try {
            while (true) {
                gate.await(party);
                if (closing) {
                    return;
                }
                run(party);
                gate.await(party);
            }
        } catch (ExchangeException e) {
            abort(String.valueOf(e.getMessage()));
        }
    }

    /** An error is everybody's: no worker of any shard must wait for one that has stopped, here or between two phases. */
    private void run(int party) throws ExchangeException {
        boolean done = false;
        try {
            engines.get(party / workersPerShard).run(party % workersPerShard);
            done = true;
        } finally {
            if (!done) {
                abort("worker " + party % workersPerShard + " of shard " + party / workersPerShard + " failed");
            }
        }
    }

    private void abort(String reason) {
        gate.fail(reason);
        for (ShardEngine engine : engines) {
            engine.team().abort(reason);
        }
    }

    @Override
    public void close() {
        closing = true;
        gate.fail("the group is closed");
        boolean interrupted = false;
        for (Thread thread : threads) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
