/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.membership;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import com.typesafe.config.ConfigValueFactory;
import java.util.List;
import java.util.Map;

/** Options as a Pekko configuration. Nothing is read from files or system properties but the libraries' own reference.conf. */
final class MembershipConfig {
    /** What does not depend on options. */
    private static final String FIXED = """
            pekko {
              loggers = ["org.apache.pekko.event.slf4j.Slf4jLogger"]
              logging-filter = "org.apache.pekko.event.slf4j.Slf4jLoggingFilter"
              loglevel = WARNING
              stdout-loglevel = OFF
              log-dead-letters = off
              log-dead-letters-during-shutdown = off
              java-flight-recorder.enabled = off
              actor {
                provider = cluster
                allow-java-serialization = off
                serialization-bindings { "io.headwater.cluster.membership.CborMessage" = jackson-cbor }
                # Few threads: engines have the cores.
                default-dispatcher.fork-join-executor { parallelism-min = 2, parallelism-factor = 1.0, parallelism-max = 2 }
                internal-dispatcher.fork-join-executor { parallelism-min = 2, parallelism-factor = 1.0, parallelism-max = 2 }
                default-blocking-io-dispatcher.thread-pool-executor.fixed-pool-size = 2
              }
              remote {
                default-remote-dispatcher.fork-join-executor { parallelism-min = 2, parallelism-factor = 1.0, parallelism-max = 2 }
                artery {
                  enabled = on
                  transport = tcp
                  advanced {
                    # A prompt travels in one message: room for some 200 000 tokens.
                    maximum-frame-size = 1 MiB
                    buffer-pool-size = 16
                    inbound-lanes = 1
                    handshake-timeout = 5 s
                    outbound-restart-backoff = 500 ms
                    tcp.connection-timeout = 2 s
                  }
                }
              }
              cluster {
                downing-provider-class = "org.apache.pekko.cluster.sbr.SplitBrainResolverProvider"
                split-brain-resolver { keep-oldest.down-if-alone = off, down-all-when-unstable = 10 s }
                # A singleton starts again this long after its host was removed; otherwise stable-after would pass once more.
                down-removal-margin = 200 ms
                allow-weakly-up-members = off
                seed-node-timeout = 2 s
                retry-unsuccessful-join-after = 1 s
                periodic-tasks-initial-delay = 200 ms
                gossip-interval = 200 ms
                leader-actions-interval = 200 ms
                unreachable-nodes-reaper-interval = 100 ms
                failure-detector { min-std-deviation = 30 ms, expected-response-after = 1 s }
                log-info = off
                jmx.enabled = off
                singleton { hand-over-retry-interval = 200 ms, min-number-of-hand-over-retries = 20 }
                singleton-proxy { singleton-identification-interval = 200 ms, buffer-size = 100 }
              }
              coordinated-shutdown {
                # A signal is the program's to handle: a polite node drains before it leaves.
                run-by-jvm-shutdown-hook = off
                # Closing is quick: a node that wants to leave politely has left before.
                run-by-actor-system-terminate = off
                default-phase-timeout = 3 s
                phases.cluster-exiting.timeout = 5 s
                phases.cluster-sharding-shutdown-region.timeout = 3 s
              }
              jvm-shutdown-hooks = off
            }
            """;

    private static final List<String> INVOLUNTARY = List.of(
            "org.apache.pekko.actor.CoordinatedShutdown$ClusterDowningReason$",
            "org.apache.pekko.actor.CoordinatedShutdown$ClusterJoinUnsuccessfulReason$");

    private MembershipConfig() {}

    static Config of(MembershipOptions options) {
        MembershipOptions.Timings timings = options.timings();
        Config config = ConfigFactory.parseMap(Map.of(
                "pekko.remote.artery.canonical.hostname", options.bind().host(),
                "pekko.remote.artery.canonical.port", options.bind().port(),
                "pekko.cluster.roles", options.roles(),
                "pekko.cluster.split-brain-resolver.active-strategy",
                        options.downing().strategy(),
                "pekko.cluster.split-brain-resolver.stable-after", timings.stableAfter(),
                "pekko.cluster.failure-detector.heartbeat-interval", timings.heartbeat(),
                "pekko.cluster.failure-detector.acceptable-heartbeat-pause", timings.acceptablePause(),
                "pekko.cluster.shutdown-after-unsuccessful-join-seed-nodes", options.joinDeadline()));
        for (String reason : INVOLUNTARY) {
            config = config.withValue(
                    "pekko.coordinated-shutdown.reason-overrides.\"" + reason + "\"",
                    ConfigValueFactory.fromMap(
                            Map.of("exit-code", MembershipOptions.EXIT_CODE, "exit-jvm", options.exitWhenDown())));
        }
        return config.withFallback(ConfigFactory.parseString(FIXED))
                .withFallback(ConfigFactory.defaultReference(MembershipConfig.class.getClassLoader()))
                .resolve(ConfigResolveOptions.noSystem());
    }
}
