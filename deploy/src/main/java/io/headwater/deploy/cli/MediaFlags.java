/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import io.headwater.cluster.media.DriverThreading;
import io.headwater.cluster.media.IdlePolicy;
import io.headwater.cluster.media.Transport;
import io.headwater.cluster.membership.Downing;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** How a process of a cluster reaches the others. Empty means: not given. */
public final class MediaFlags {
    @Option(
            names = "--join",
            paramLabel = "HOST:PORT",
            description = "join a running cluster at the address that one of its nodes has said")
    private Optional<String> join = Optional.empty();

    @Option(
            names = "--bind",
            paramLabel = "ADDRESS",
            description = "this host's address, as the others reach it (default: 127.0.0.1)")
    private Optional<String> bind = Optional.empty();

    @Option(
            names = "--cluster-port",
            paramLabel = "P",
            description = "TCP port of the control plane, which the others connect to (default: a free one)")
    private Optional<Integer> port = Optional.empty();

    @Option(
            names = "--transport",
            paramLabel = "ipc|udp",
            description = "how tensors travel: shared memory, on one host only, or UDP (default: ipc with --nodes, "
                    + "else udp)")
    private Optional<Transport> transport = Optional.empty();

    @Option(
            names = "--mtu",
            paramLabel = "BYTES",
            description = "largest UDP payload of a packet, a multiple of 32, the same on all hosts (default: 1408; "
                    + "8192 on loopback)")
    private Optional<Integer> mtu = Optional.empty();

    @Option(
            names = "--driver",
            paramLabel = "DIR",
            description = "use the Aeron media driver that runs at this directory, start none")
    private Optional<String> driver = Optional.empty();

    @Option(
            names = "--survivors",
            paramLabel = "majority|oldest",
            converter = SurvivorsConverter.class,
            description =
                    "who goes on when hosts do not hear each other: the larger part, or the part with the first node; "
                            + "the same on all, commands with --join included (default: majority)")
    private Optional<Downing> survivors = Optional.empty();

    @Option(
            names = "--driver-threading",
            hidden = true,
            paramLabel = "MODE",
            description = "threads of the media driver that this process starts: ${COMPLETION-CANDIDATES} "
                    + "(default: INVOKER for UDP, else SHARED)")
    private Optional<DriverThreading> driverThreading = Optional.empty();

    @Option(
            names = "--idle",
            hidden = true,
            paramLabel = "POLICY",
            description = "what the driver's threads do without work: ${COMPLETION-CANDIDATES} "
                    + "(default: SLEEP for ipc, else BACKOFF)")
    private Optional<IdlePolicy> idle = Optional.empty();

    @Option(
            names = "--term-length",
            hidden = true,
            paramLabel = "BYTES",
            description = "a third of a stream of tensors, a power of two (default: 1048576)")
    private Optional<Integer> termLength = Optional.empty();

    public Optional<String> join() {
        return join;
    }

    public Optional<String> bind() {
        return bind;
    }

    public Optional<Integer> port() {
        return port;
    }

    public Optional<Transport> transport() {
        return transport;
    }

    public Optional<Integer> mtu() {
        return mtu;
    }

    public Optional<String> driver() {
        return driver;
    }

    public Optional<Downing> survivors() {
        return survivors;
    }

    public Optional<DriverThreading> driverThreading() {
        return driverThreading;
    }

    public Optional<IdlePolicy> idle() {
        return idle;
    }

    public Optional<Integer> termLength() {
        return termLength;
    }

    /** The options that were given of those that say how tensors travel; only a process with a shard has a use for them. */
    public List<String> givenOfTensors() {
        List<String> given = new ArrayList<>();
        transport.ifPresent(_ -> given.add("--transport"));
        mtu.ifPresent(_ -> given.add("--mtu"));
        driver.ifPresent(_ -> given.add("--driver"));
        driverThreading.ifPresent(_ -> given.add("--driver-threading"));
        idle.ifPresent(_ -> given.add("--idle"));
        termLength.ifPresent(_ -> given.add("--term-length"));
        return given;
    }

    /** The options that were given of those that say how a member of a cluster is reached, and who survives. */
    public List<String> givenOfMembers() {
        List<String> given = new ArrayList<>();
        bind.ifPresent(_ -> given.add("--bind"));
        port.ifPresent(_ -> given.add("--cluster-port"));
        survivors.ifPresent(_ -> given.add("--survivors"));
        return given;
    }

    /** The words of {@code --survivors}. */
    private static final class SurvivorsConverter implements ITypeConverter<Downing> {
        @Override
        public Downing convert(String value) {
            return switch (value.toLowerCase(Locale.ROOT)) {
                case "majority" -> Downing.KEEP_MAJORITY;
                case "oldest" -> Downing.KEEP_OLDEST;
                default -> throw new TypeConversionException("'" + value + "' is none of majority and oldest");
            };
        }
    }
}
