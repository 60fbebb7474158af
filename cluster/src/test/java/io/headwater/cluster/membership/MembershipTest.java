/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;
import org.apache.pekko.cluster.MemberStatus;
import org.apache.pekko.cluster.typed.Cluster;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class MembershipTest {
    private static final MembershipOptions FOUNDER = MembershipOptions.founder(
                    "127.0.0.1", Downing.KEEP_OLDEST, Set.of("gateway"))
            .withExitWhenDown(false);

    private final List<ActorSystem<Void>> systems = new ArrayList<>();

    @AfterEach
    void terminate() {
        systems.forEach(ActorSystem::terminate);
        await().atMost(Duration.ofSeconds(30))
                .until(() -> systems.stream()
                        .allMatch(system ->
                                system.getWhenTerminated().toCompletableFuture().isDone()));
    }

    @Test
    void formsAClusterOnFreePortsAndTakesADownedMemberOut() throws MembershipException {
        ActorSystem<Void> first = start(FOUNDER);
        HostPort seed = Membership.address(first);
        ActorSystem<Void> second = start(FOUNDER.joining(seed));
        awaitMembers(first, 2);
        awaitMembers(second, 2);

        Downing.down(first, Membership.address(second));

        awaitMembers(first, 1);
        await().atMost(Duration.ofSeconds(20))
                .until(() -> second.getWhenTerminated().toCompletableFuture().isDone());
    }

    @Test
    void saysWhatToDoWhenThePortIsTaken() throws MembershipException {
        HostPort taken = Membership.address(start(FOUNDER));

        assertThatThrownBy(() -> start(FOUNDER.withBind(taken)))
                .isInstanceOf(MembershipException.class)
                .hasMessageContaining(taken.toString())
                .hasMessageContaining("--bind");
    }

    @Test
    void givesUpWhenThereIsNobodyToJoin() throws MembershipException {
        MembershipOptions lonely = new MembershipOptions(
                new HostPort("127.0.0.1", 0),
                List.of(new HostPort("127.0.0.1", 1)),
                Set.of("shard"),
                Downing.KEEP_OLDEST,
                MembershipOptions.Timings.DEFAULT,
                Duration.ofSeconds(2),
                false);

        ActorSystem<Void> system = start(lonely);

        await().atMost(Duration.ofSeconds(30))
                .until(() -> system.getWhenTerminated().toCompletableFuture().isDone());
    }

    private ActorSystem<Void> start(MembershipOptions options) throws MembershipException {
        ActorSystem<Void> system = Membership.start(options, Behaviors.empty());
        systems.add(system);
        return system;
    }

    private static void awaitMembers(ActorSystem<?> system, int count) {
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(Cluster.get(system).state().getMembers())
                        .hasSize(count)
                        .allMatch(member -> member.status().equals(MemberStatus.up())));
    }
}
