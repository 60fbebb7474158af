/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.membership;

import java.util.List;
import org.apache.pekko.actor.Address;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.Behavior;
import org.apache.pekko.cluster.typed.Cluster;
import org.apache.pekko.cluster.typed.Join;
import org.apache.pekko.cluster.typed.JoinSeedNodes;

/** Starts actor systems that are members of a cluster. */
public final class Membership {
    private static final String SYSTEM = "headwater";

    private Membership() {}

    /**
     * Binds the port, starts the guardian, and founds or joins the cluster in the background.
     *
     * @throws MembershipException if the port cannot be bound or the actor system does not start
     */
    public static <T> ActorSystem<T> start(MembershipOptions options, Behavior<T> guardian) throws MembershipException {
        ActorSystem<T> system = create(options, guardian);
        Cluster cluster = Cluster.get(system);
        if (options.seeds().isEmpty()) {
            cluster.manager().tell(new Join(cluster.selfMember().address()));
        } else {
            List<Address> seeds =
                    options.seeds().stream().map(Membership::address).toList();
            cluster.manager().tell(new JoinSeedNodes(seeds));
        }
        return system;
    }

    /** Where others reach this system: the port that was taken. */
    public static HostPort address(ActorSystem<?> system) {
        return hostPort(Cluster.get(system).selfMember().address());
    }

    /** A member's address. */
    public static HostPort hostPort(Address address) {
        return new HostPort(
                address.getHost().orElseThrow(() -> new IllegalArgumentException(address + " has no host")),
                address.getPort().orElseThrow(() -> new IllegalArgumentException(address + " has no port")));
    }

    static Address address(HostPort at) {
        return new Address("pekko", SYSTEM, at.host(), at.port());
    }

    /** Half-started systems leave threads behind; what is thrown ends in a sentence, and the program exits. */
    private static <T> ActorSystem<T> create(MembershipOptions options, Behavior<T> guardian)
            throws MembershipException {
        try {
            return ActorSystem.create(guardian, SYSTEM, MembershipConfig.of(options));
        } catch (RuntimeException | LinkageError e) {
            throw new MembershipException(
                    "the cluster's control plane could not start at " + options.bind() + " (" + reason(e)
                            + "): give an address of this host with --bind, and a free port with --port",
                    e);
        }
    }

    private static String reason(Throwable e) {
        Throwable root = e;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null ? root.toString() : root.getMessage();
    }
}
