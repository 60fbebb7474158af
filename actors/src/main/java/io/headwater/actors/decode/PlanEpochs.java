/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.plan.PlanState;

/**
 * Tells what an old planner said late from what the living one says. Epochs only rise: what is below the newest one is old. Unless it is said
 * again and again: then every node has begun anew, nobody is left who knows the newer one, and this is where the epochs start again. Owned by the
 * gateway.
 */
final class PlanEpochs {
    /** The planner repeats what it says each second, and whenever a node gets on. */
    static final int SURE = 8;

    private long newest;
    private long older;
    private int times;

    /** False also for a planner that has made no plan yet: nobody serves there, whatever was before. */
    boolean isOld(PlanState state) {
        long epoch = state.epoch();
        if (epoch == 0) {
            return false;
        }
        if (epoch < newest) {
            times = epoch == older ? times + 1 : 1;
            older = epoch;
            if (times < SURE) {
                return true;
            }
        }
        newest = epoch;
        times = 0;
        return false;
    }
}
