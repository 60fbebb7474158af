/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.decode;

import io.headwater.actors.decode.BudgetReport.Granted;
import io.headwater.actors.decode.BudgetReport.Refused;
import io.headwater.actors.decode.BudgetReport.Waiting;
import io.headwater.actors.decode.BudgetReport.Withdrawn;
import io.headwater.actors.decode.BudgetSupervisor.Admit;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.apache.pekko.actor.typed.ActorRef;
import org.jspecify.annotations.Nullable;

/**
 * What a gateway asks of the budget supervisor and has been granted. It claims what it holds again each second: a supervisor that has moved or
 * begun anew learns of it that way. Owned by the gateway.
 */
final class Admission {
    private final ActorRef<BudgetSupervisor.Command> budget;
    private final ActorRef<BudgetReport> answers;
    private final long claimNanos;
    /** By session; outlives the request where the session is kept. */
    private final Map<Long, KvNeed> granted = new HashMap<>();

    private long heardNanos = System.nanoTime();
    private long claimedNanos = heardNanos;

    Admission(ActorRef<BudgetSupervisor.Command> budget, ActorRef<BudgetReport> answers, Duration claims) {
        this.budget = budget;
        this.answers = answers;
        this.claimNanos = claims.toNanos();
    }

    /** May be repeated until there is an answer. */
    void ask(long session, KvNeed need) {
        budget.tell(new Admit(session, need, false, answers));
    }

    /** Notes an answer. False if it means nothing to a request that waits for so much, or that has it; null if there is none. */
    boolean heard(BudgetReport report, boolean waits, @Nullable KvNeed need) {
        heardNanos = System.nanoTime();
        return switch (report) {
            case Granted now
            when waits && need != null && now.entries() >= need.entries() -> {
                granted.put(now.session(), need);
                yield true;
            }
            case Granted _, Waiting _ -> false; // a claim is confirmed, or just a place in the queue
            case Withdrawn gone -> granted.remove(gone.session()) != null;
            case Refused _ -> true;
        };
    }

    boolean holds(long session) {
        return granted.containsKey(session);
    }

    /** Tells the supervisor what is held. */
    void claim() {
        claimedNanos = System.nanoTime();
        granted.forEach((session, need) -> budget.tell(new Admit(session, need, true, answers)));
    }

    void tick(long now) {
        if (now - claimedNanos > claimNanos) {
            claim();
        }
    }

    /** Nobody waits for more any longer: the session keeps what it had, and its place in the queue is free. */
    void takeBack(long session) {
        @Nullable KvNeed had = granted.get(session);
        if (had == null) {
            release(session);
        } else {
            ask(session, had);
        }
    }

    void release(long session) {
        granted.remove(session);
        budget.tell(new BudgetSupervisor.Release(session));
    }

    /** How long one who began to wait at that time has heard nothing of the supervisor. */
    long silentNanos(long sinceNanos, long now) {
        return Math.min(now - sinceNanos, now - heardNanos);
    }
}
