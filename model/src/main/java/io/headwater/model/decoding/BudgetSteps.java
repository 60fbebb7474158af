/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.engine.StepEngine;
import java.util.ArrayList;
import java.util.List;

/** The steps without rows: they put budgets into force that logs know of or that are decided here, and end reconstructions. Owned by the decode loop. */
final class BudgetSteps {
    private final StepEngine engine;
    /** Whose the runs of a step are, in their order. */
    private final List<Running> due = new ArrayList<>();

    BudgetSteps(StepEngine engine) {
        this.engine = engine;
    }

    /** Puts into force what is due where sessions are, by their logs; false if nothing is. */
    boolean run(List<Running> running) throws EngineException {
        due.clear();
        for (int i = 0; i < running.size(); i++) {
            running.get(i).work().cache().leaveOut();
            if (running.get(i).work().cache().budgetDue()) {
                due.add(running.get(i));
            }
        }
        if (due.isEmpty()) {
            return false;
        }
        StepBatch step = engine.nextStep();
        for (int i = 0; i < due.size() && step.budgetRoom() > 0; i++) {
            due.get(i).work().cache().addBudget(step);
        }
        engine.run(step);
        for (int run = 0; run < step.runs(); run++) {
            due.get(run).work().cache().stepped(step, run);
        }
        return true;
    }

    /** Brings a session's heads to a budget, from where it is on, and tells its log. */
    void change(SessionCache cache, int budget) throws EngineException {
        StepBatch step = engine.nextStep();
        step.addBudget(cache.sequence(), budget);
        engine.run(step);
        cache.changedBudget(budget);
    }

    /**
     * Ends a session's reconstruction where it is: its rows are taken back, and what they have told the heads of their entries stays.
     *
     * @param tells its log of that now; else its next request hears of it
     */
    void cut(SessionCache cache, boolean tells) throws EngineException {
        if (cache.sequence().repeated() > 0) {
            StepBatch step = engine.nextStep();
            step.addRewind(cache.sequence());
            engine.run(step);
        }
        cache.cut(tells);
    }
}
