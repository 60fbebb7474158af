/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.EngineException;
import io.headwater.model.engine.StepBatch;
import io.headwater.model.engine.StepEngine;
import java.util.ArrayList;
import java.util.List;

/** The steps without rows that put budgets into force: those that logs know of, and those that are decided here. Owned by the decode loop. */
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
}
