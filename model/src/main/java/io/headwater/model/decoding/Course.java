/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

/**
 * How a session's cache goes on.
 *
 * @param changes where it changes shape
 * @param budgets its events
 * @param reconstruction what is read before that, where the policy asks for it
 * @param contextLength positions that it may have
 */
record Course(ChangePoints changes, BudgetLog budgets, Reconstruction reconstruction, int contextLength) {
    Repeating repeating() {
        return new Repeating(reconstruction, changes, contextLength);
    }
}
