/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.shard;

import static org.assertj.core.api.Assertions.assertThat;

import io.headwater.cluster.membership.MembershipOptions;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Real processes, killed and stopped for real: membership notices, and the planner plans with those that are left. */
class AbruptLossTest {
    private static final Logger LOG = LoggerFactory.getLogger(AbruptLossTest.class);

    /** With the usual timings 2.7 to 3.3 s were measured; the log says how long it took. */
    private static final Duration LIMIT = Duration.ofSeconds(10);

    private final List<Member> processes = new ArrayList<>();

    @AfterEach
    void end() {
        processes.forEach(Member::close);
    }

    @Test
    void takesOutAKilledAndAStoppedMemberWhoseProcessEndsWhenItGoesOn() throws Exception {
        Member parent = start("parent", "gateway", "KEEP_OLDEST", "2");
        Member a = start("a", "shard", "KEEP_OLDEST", "2", parent.address());
        Member b = start("b", "shard", "KEEP_OLDEST", "2", parent.address());
        parent.awaitLine("SERVING a,b ", 0);

        long killed = System.nanoTime();
        b.kill();
        report("kill -9 of a shard, keep-oldest", parent, b, killed);
        parent.awaitLine("SERVING a ", killed);

        long stopped = System.nanoTime();
        a.signal("STOP");
        report("kill -STOP of a shard, keep-oldest", parent, a, stopped);
        a.signal("CONT");
        assertThat(a.awaitExit()).isEqualTo(MembershipOptions.EXIT_CODE);
    }

    @Test
    void plansAgainOnAnotherMemberWhenTheOldestOneWithThePlannerIsKilled() throws Exception {
        Member first = start("a", "shard", "KEEP_MAJORITY", "3");
        Member b = start("b", "shard", "KEEP_MAJORITY", "3", first.address());
        Member c = start("c", "shard", "KEEP_MAJORITY", "3", first.address());
        b.awaitLine("SERVING a,b,c ", 0);
        c.awaitLine("SERVING a,b,c ", 0);

        long killed = System.nanoTime();
        first.kill();

        report("kill -9 of the oldest, keep-majority", b, first, killed);
        long planned = b.awaitLine("SERVING b,c in epoch ", killed).nanos();
        c.awaitLine("SERVING b,c in epoch ", killed);
        LOG.warn("the planner has moved and a plan serves after {} ms", millis(planned - killed));
    }

    private Member start(String... arguments) throws IOException {
        Member member = Member.start(arguments);
        processes.add(member);
        return member;
    }

    private static void report(String what, Member witness, Member lost, long sinceNanos) {
        Duration silent = Duration.ofNanos(
                witness.awaitLine("SILENT " + lost.address(), sinceNanos).nanos() - sinceNanos);
        Duration gone = Duration.ofNanos(
                witness.awaitLine("GONE " + lost.address(), sinceNanos).nanos() - sinceNanos);
        LOG.warn("{}: unreachable after {} ms, removed after {} ms", what, silent.toMillis(), gone.toMillis());
        assertThat(gone).as(what).isLessThan(LIMIT);
    }

    private static long millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis();
    }
}
