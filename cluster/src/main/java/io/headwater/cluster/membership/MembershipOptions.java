/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.membership;

import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * How a node is a member.
 *
 * @param bind where others reach this node; port 0 takes a free one
 * @param seeds members to join, tried in turn; none: this node founds a cluster
 * @param roles what the node does
 * @param downing who goes on when members do not hear each other; the same on all nodes
 * @param timings of the failure detector; the same on all nodes
 * @param joinDeadline a node that found no member until then gives up: its actor system ends
 * @param exitWhenDown whether the process ends (code {@link #EXIT_CODE}) when the others have taken this node out, or it found none to
 *     join; false in tests with several nodes in a process
 */
public record MembershipOptions(
        HostPort bind,
        List<HostPort> seeds,
        Set<String> roles,
        Downing downing,
        Timings timings,
        Duration joinDeadline,
        boolean exitWhenDown) {
    /** What INTERFACES calls "the cluster could not serve". */
    public static final int EXIT_CODE = 3;

    public MembershipOptions {
        seeds = List.copyOf(seeds);
        roles = Set.copyOf(roles);
        if (joinDeadline.isNegative() || joinDeadline.isZero()) {
            throw new IllegalArgumentException("joinDeadline=" + joinDeadline + ": give a positive time");
        }
    }

    /** A founder with a free port and the usual timings, whose process ends when it is taken out. */
    public static MembershipOptions founder(String host, Downing downing, Set<String> roles) {
        return new MembershipOptions(
                new HostPort(host, 0), List.of(), roles, downing, Timings.DEFAULT, Duration.ofSeconds(30), true);
    }

    public MembershipOptions withBind(HostPort address) {
        return new MembershipOptions(address, seeds, roles, downing, timings, joinDeadline, exitWhenDown);
    }

    public MembershipOptions joining(HostPort... members) {
        return new MembershipOptions(bind, List.of(members), roles, downing, timings, joinDeadline, exitWhenDown);
    }

    public MembershipOptions withExitWhenDown(boolean exit) {
        return new MembershipOptions(bind, seeds, roles, downing, timings, joinDeadline, exit);
    }

    /**
     * How fast a silent member is taken out: unreachable after about heartbeat + pause, removed when nothing has changed for
     * {@code stableAfter} (looked at once a second).
     */
    public record Timings(Duration heartbeat, Duration acceptablePause, Duration stableAfter) {
        public static final Timings DEFAULT =
                new Timings(Duration.ofMillis(200), Duration.ofMillis(800), Duration.ofSeconds(1));

        public Timings {
            if (heartbeat.toMillis() < 1 || acceptablePause.toMillis() < 1 || stableAfter.toMillis() < 1) {
                throw new IllegalArgumentException("heartbeat=" + heartbeat + " acceptablePause=" + acceptablePause
                        + " stableAfter=" + stableAfter + ": each at least 1 ms");
            }
        }
    }
}
