/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.plan.PlanState;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How long a {@link Gateway} waits for whom.
 *
 * @param repeat a message that was not answered is sent again after this; a request that broke, too
 * @param accept a decoder that has not taken a request after this fails it
 * @param planner silence of the planner after which requests end; that of the budget supervisor ends those that wait for it
 * @param admission a request that has not got KV memory after this ends, or has had it and no plan has served for so long
 * @param open most requests at once
 */
public record GatewayLimits(Duration repeat, Duration accept, Duration planner, Duration admission, int open) {
    public GatewayLimits {
        if (open < 1) {
            throw new IllegalArgumentException("open=" + open + ": at least 1 request");
        }
    }

    public static GatewayLimits defaults() {
        return new GatewayLimits(
                Duration.ofSeconds(1), Duration.ofSeconds(15), Duration.ofSeconds(30), Duration.ofMinutes(10), 1024);
    }

    String silentPlanner() {
        return "the cluster's planner" + notHeard();
    }

    String silentBudget() {
        return "the cluster's budget supervisor, which grants KV memory," + notHeard();
    }

    private String notHeard() {
        return " has not been heard for " + planner.toSeconds() + " s: is the cluster up, and can this host reach it?";
    }

    String noMemory() {
        return "no KV memory has become free for " + admission.toSeconds() + " s: try again later";
    }

    /** {@code last}: what the planner said last; null if nothing. */
    String noPlan(@Nullable PlanState last) {
        String why = switch (last) {
            case PlanState.Forming forming -> forming.why();
            case PlanState.NoPlan none -> none.reason();
            case PlanState.Serving _ -> "it has ended";
            case null -> "the planner was not heard";
        };
        return "no plan has served for " + admission.toSeconds() + " s: " + why;
    }

    String notTaken() {
        return "the plan's leader has not taken the request for " + accept.toSeconds() + " s: see headwater status";
    }
}
