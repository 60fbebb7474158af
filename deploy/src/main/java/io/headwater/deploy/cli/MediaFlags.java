/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import io.headwater.cluster.media.DriverThreading;
import io.headwater.cluster.media.IdlePolicy;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** How a process of a cluster reaches the others. {@code null} means: not given. */
public final class MediaFlags {
    /** How tensors travel between nodes. */
    public enum Transport {
        ipc,
        udp
    }

    /** Who goes on when the processes of a cluster do not hear each other. */
    public enum Survivors {
        oldest,
        majority
    }

    @Option(
            names = "--join",
            paramLabel = "HOST:PORT",
            description = "join a running cluster at the address that one of its nodes has said")
    private @Nullable String join;

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "this host's address, as the others reach it (default: 127.0.0.1)")
    private @Nullable String bind;

    @Option(
            names = "--transport",
            paramLabel = "ipc|udp",
            description = "how tensors travel: shared memory, on one host only, or UDP (default: ipc with --nodes, "
                    + "else udp)")
    private @Nullable Transport transport;

    @Option(
            names = "--mtu",
            paramLabel = "BYTES",
            description = "largest UDP payload of a packet, the same on all hosts (default: 1408 between hosts)")
    private @Nullable Integer mtu;

    @Option(
            names = "--driver",
            paramLabel = "DIR",
            description = "use the Aeron media driver that runs at this directory, start none")
    private @Nullable String driver;

    @Option(
            names = "--survivors",
            paramLabel = "majority|oldest",
            description =
                    "who goes on when hosts do not hear each other: the larger part, or the part with the first node; "
                            + "the same on all (default: majority; oldest with --nodes)")
    private @Nullable Survivors survivors;

    @Option(
            names = "--driver-threading",
            hidden = true,
            paramLabel = "MODE",
            description = "threads of the media driver that this process starts: ${COMPLETION-CANDIDATES} "
                    + "(default: INVOKER for UDP, else SHARED)")
    private @Nullable DriverThreading driverThreading;

    @Option(
            names = "--idle",
            hidden = true,
            paramLabel = "POLICY",
            description = "what the driver's threads do without work: ${COMPLETION-CANDIDATES} "
                    + "(default: SLEEP for ipc, else BACKOFF)")
    private @Nullable IdlePolicy idle;

    @Option(
            names = "--term-length",
            hidden = true,
            paramLabel = "BYTES",
            description = "a third of a stream of tensors, a power of two (default: 1048576)")
    private @Nullable Integer termLength;

    public Optional<DriverThreading> driverThreading() {
        return Optional.ofNullable(driverThreading);
    }

    public Optional<IdlePolicy> idle() {
        return Optional.ofNullable(idle);
    }

    public Optional<Integer> termLength() {
        return Optional.ofNullable(termLength);
    }

    public Optional<Survivors> survivors() {
        return Optional.ofNullable(survivors);
    }

    public Optional<String> join() {
        return Optional.ofNullable(join);
    }

    public Optional<String> bind() {
        return Optional.ofNullable(bind);
    }

    public Optional<Transport> transport() {
        return Optional.ofNullable(transport);
    }

    public Optional<Integer> mtu() {
        return Optional.ofNullable(mtu);
    }

    public Optional<String> driver() {
        return Optional.ofNullable(driver);
    }
}
