/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import java.time.Duration;

/**
 * How plans are made.
 *
 * @param model that is served; nodes with another file are turned away
 * @param version of the program; nodes of another one are turned away: their bits may differ
 * @param expectedNodes the first plan waits for so many, {@link Deadlines#start} at most
 * @param downSuspects whether the planner itself may always take out a member that is unreachable and that its peers in the plan do not hear:
 *     only where it runs on the oldest member and that one is kept. Elsewhere it may while it reaches most members
 * @param deadlines of all that it waits for
 */
public record PlannerOptions(
        ModelFacts model,
        EngineSettings settings,
        String version,
        int expectedNodes,
        boolean downSuspects,
        Deadlines deadlines) {

    public PlannerOptions {
        if (expectedNodes < 0) {
            throw new IllegalArgumentException("expectedNodes=" + expectedNodes + ": at least 0");
        }
    }

    /**
     * Times.
     *
     * @param start for the first plan's nodes to join
     * @param settle after the first node of a new planner, for the others
     * @param goodbye after a loss without suspects, to hear more of it
     * @param silent after a member that nobody in a plan would miss is unreachable, until it is taken out
     * @param load without progress
     * @param lead from all ready to the decoder's answer
     * @param membership after a loss, until the lost member is taken out; then a plan is made with those that are there
     * @param drain for a leaving node, while sequences run
     * @param quickRebuild a rebuild shorter than this may happen while sequences run
     */
    public record Deadlines(
            Duration start,
            Duration settle,
            Duration goodbye,
            Duration silent,
            Duration load,
            Duration lead,
            Duration membership,
            Duration drain,
            Duration quickRebuild) {
        public static final Deadlines DEFAULT = new Deadlines(
                Duration.ofSeconds(60),
                Duration.ofSeconds(2),
                Duration.ofSeconds(1),
                Duration.ofMillis(500),
                Duration.ofSeconds(60),
                Duration.ofSeconds(10),
                Duration.ofSeconds(3),
                Duration.ofSeconds(30),
                Duration.ofSeconds(2));
    }
}
