/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.Limits;

/** What one rendering has used, and the line it is at. */
final class Budget {
    private long steps;
    private int depth;
    private int line = 1;

    /** Before a statement or expression; every enter has its leave, except on the way of a Fault. */
    void enter(int atLine) {
        line = atLine;
        spend(1);
        if (++depth > Limits.DEPTH) {
            throw Fault.of("statements, expressions and macros are nested deeper than " + Limits.DEPTH);
        }
    }

    /** Counts work that no statement or expression stands for, such as the items of a loop. */
    void spend(long moreSteps) {
        steps += moreSteps;
        if (steps > Limits.STEPS) {
            throw Fault.of("the template runs longer than " + Limits.STEPS + " steps");
        }
    }

    void leave() {
        depth--;
    }

    /** Back from inner expressions, which may stand on later lines. */
    void at(int sameLine) {
        line = sameLine;
    }

    int line() {
        return line;
    }
}
