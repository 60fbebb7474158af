/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigResolveOptions;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.Behaviors;

/** An actor system for HTTP and sessions where the model is in this process, so that there is no cluster's. */
final class LocalSystem {
    /** Few threads: engines have the cores. Signals are the program's to handle. */
    private static final String CONFIG = """
            pekko {
              loggers = ["org.apache.pekko.event.slf4j.Slf4jLogger"]
              logging-filter = "org.apache.pekko.event.slf4j.Slf4jLoggingFilter"
              loglevel = WARNING
              stdout-loglevel = OFF
              log-dead-letters = off
              log-dead-letters-during-shutdown = off
              java-flight-recorder.enabled = off
              jvm-shutdown-hooks = off
              coordinated-shutdown { run-by-jvm-shutdown-hook = off, run-by-actor-system-terminate = off }
              actor {
                allow-java-serialization = off
                default-dispatcher.fork-join-executor { parallelism-min = 2, parallelism-factor = 1.0, parallelism-max = 2 }
                internal-dispatcher.fork-join-executor { parallelism-min = 2, parallelism-factor = 1.0, parallelism-max = 2 }
                default-blocking-io-dispatcher.thread-pool-executor.fixed-pool-size = 2
              }
            }
            """;

    private LocalSystem() {}

    static ActorSystem<Void> start() {
        return ActorSystem.create(
                Behaviors.<Void>empty(),
                "headwater",
                ConfigFactory.parseString(CONFIG)
                        .withFallback(ConfigFactory.defaultReference(LocalSystem.class.getClassLoader()))
                        .resolve(ConfigResolveOptions.noSystem()));
    }
}
