/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.HostPort;
import java.time.Duration;
import org.apache.pekko.actor.typed.ActorRef;

/** What the planner knows of a node. Owned by the planner. */
final class PlannedNode {
    /** A node that could not make its engine so often, for a lasting reason, is not tried again, however small its share would be. */
    private static final int MOST_TRIES = 3;

    final NodeProfile profile;
    final ActorRef<ShardOrder> shard;
    final HostPort address;
    NodeFigures figures = NodeFigures.NONE;
    NodeState state = NodeState.STANDBY;

    /** Why it is not in the plan; empty if it is. */
    String reason = "it has just joined";

    boolean leaving;
    boolean leaveOverdue;
    boolean unreachable;

    /** In the plan that is being put up: its engine is ready. */
    boolean ready;

    /** It has had an engine: its kernels are compiled, its part of the file has been read. */
    boolean warm;

    String kernels = "";
    long weightBytes;

    /** How often its peers have not heard it although it is a member. */
    int strikes;

    /** How often its own engine failed, or could not be made. */
    int ownFailures;

    private String excluded = "";
    private boolean excludedForNow;
    private long excludedUntilNanos;
    private final Backoff exclusion = new Backoff(Duration.ofSeconds(60), Duration.ofHours(1));
    private long failedShareBytes = Long.MAX_VALUE;
    private int failedTries;

    PlannedNode(NodeProfile profile, ActorRef<ShardOrder> shard, HostPort address) {
        this.profile = profile;
        this.shard = shard;
        this.address = address;
    }

    String id() {
        return profile.node();
    }

    boolean usable() {
        return !leaving && excluded.isEmpty();
    }

    /** Why no plan may use it; empty if plans may. */
    String excluded() {
        return excluded;
    }

    /** No engine could be made of a share of so many bytes. */
    void exclude(String why, long shareBytes) {
        excluded = why;
        excludedForNow = false;
        reason = why;
        failedShareBytes = Math.min(failedShareBytes, shareBytes);
        failedTries++;
    }

    /** Its engines failed, for a reason that may pass: no plan uses it for a while, and for a longer one the next time. */
    void excludeForNow(String why, long nowNanos) {
        excluded = why;
        reason = why;
        excludedForNow = true;
        excludedUntilNanos = nowNanos + exclusion.next().toNanos();
    }

    boolean excludedForNow() {
        return excludedForNow;
    }

    /** Whether it was excluded for a while that is over: a new plan may use it. */
    boolean usableAgain(long nowNanos) {
        return !leaving && exclusionIsOver(nowNanos);
    }

    private boolean exclusionIsOver(long nowNanos) {
        return excludedForNow && nowNanos - excludedUntilNanos >= 0;
    }

    /** Takes it back, if it is excluded for now and that is over. */
    void readmit(long nowNanos) {
        if (exclusionIsOver(nowNanos)) {
            readmit();
        }
    }

    /** Takes it back, if it is excluded for now: one more failure excludes it again. */
    void readmit() {
        if (excludedForNow) {
            excludedForNow = false;
            excluded = "";
            reason = "it is tried again";
        }
    }

    /** It was in a plan that has served well. */
    void forgive() {
        strikes = 0;
        ownFailures = 0;
        if (excluded.isEmpty()) {
            exclusion.reset();
        }
    }

    /** Whether a share of so many bytes is smaller than all that it has failed on; {@link #hasAnotherTry} is asked first. */
    boolean mayTryAgain(long shareBytes) {
        return shareBytes < failedShareBytes;
    }

    /** Whether there is a share with which it may be tried again. */
    boolean hasAnotherTry() {
        return !leaving && !excluded.isEmpty() && !excludedForNow && failedTries < MOST_TRIES;
    }

    /** It is in a new plan. */
    void placed() {
        ready = false;
        reason = "";
        excluded = "";
        state = NodeState.LOADING;
        figures = NodeFigures.NONE;
    }

    void becomesReady(ShardReport.Ready report) {
        ready = true;
        state = NodeState.READY;
        kernels = report.kernels();
        weightBytes = report.weightBytes();
    }

    /** It is in no plan from this epoch on. */
    void standBy(long epoch, String why) {
        ready = false;
        reason = why;
        state = NodeState.STANDBY;
        shard.tell(new ShardOrder.Release(epoch, why));
    }

    /** Its weights are packed: it waits for the others to come. */
    boolean loaded() {
        return ready || (figures.totalBytes() > 0 && figures.loadedBytes() >= figures.totalBytes());
    }

    PlanState.Loading loading() {
        return new PlanState.Loading(id(), profile.host(), figures.loadedBytes(), figures.totalBytes(), ready);
    }
}
