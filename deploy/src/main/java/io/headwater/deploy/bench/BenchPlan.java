/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.bench;

import io.headwater.deploy.cli.UserError;

/**
 * What is measured.
 *
 * @param prompt tokens of a prefill; 0 leaves it out
 * @param generate tokens of a decode; 0 leaves it out
 * @param depth tokens in the cache before either
 */
record BenchPlan(int prompt, int generate, int depth, int sequences, int repetitions) {
    private static final int MOST_SEQUENCES = 1024;

    /** What must be said before anything is loaded. */
    void check() {
        if (prompt < 0 || generate < 0 || depth < 0) {
            throw new UserError("--prompt " + prompt + " --generate " + generate + " --depth " + depth
                    + ": give 0 or more of each");
        }
        if (prompt == 0 && generate == 0) {
            throw new UserError("--prompt 0 --generate 0: there is nothing to measure");
        }
        if (sequences > MOST_SEQUENCES) {
            throw new UserError("--sequences " + sequences + ": give at most " + MOST_SEQUENCES);
        }
        if (sequences < 1 || repetitions < 1) {
            throw new UserError("--sequences " + sequences + " --repetitions " + repetitions + ": give at least 1");
        }
    }

    void checkContext(int contextLength) {
        long needed = (long) depth + Math.max(prompt, generate);
        if (needed > contextLength) {
            throw new UserError("--depth " + depth + " and " + Math.max(prompt, generate)
                    + " tokens exceed the context of " + contextLength + ": give a smaller depth");
        }
    }

    /** Tokens that all runs decode, the warm-up included: what a progress bar counts. */
    long work(boolean policy) {
        long prefill = prompt == 0 ? 0 : depth + prompt;
        long decode = generate == 0 ? 0 : depth + generate + (policy ? generate : 0);
        return (prefill + decode) * sequences * (repetitions + warmUps(policy))
                + (comparesWithOne() ? decode * (repetitions + 1L) : 0);
    }

    /** Repetitions that are not measured: kernels of a compressed cache run seldom, so they are compiled late. */
    long warmUps(boolean policy) {
        return policy ? 3 : 1;
    }

    /** Whether decode is measured with a single sequence, too. */
    boolean comparesWithOne() {
        return sequences > 1 && generate > 0;
    }
}
