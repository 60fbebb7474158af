/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.headwater.sessions.testlog.BreakableConnections;
import io.headwater.sessions.testlog.TestDatabase;
import io.headwater.sessions.testlog.TestDatabase.Place;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

final class PresenceTest {
    /** Warnings of a class, as they come. */
    private static final class Warnings extends AppenderBase<ILoggingEvent> {
        private final Queue<String> lines = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            if (event.getLevel() == Level.WARN) {
                lines.add(event.getFormattedMessage());
            }
        }
    }

    private static void await(int warnings, Warnings heard) {
        Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> heard.lines.size() >= warnings);
    }

    @Test
    void whyNoSignOfLifeCanBeGivenIsSaidOnceAndAgainTheNextTime(@TempDir Path directory) throws Exception {
        Place place = TestDatabase.POSTGRESQL.place(directory);
        BreakableConnections connections = new BreakableConnections(place.connections());
        Warnings heard = new Warnings();
        heard.start();
        Logger logger = (Logger) LoggerFactory.getLogger(Presence.class);
        logger.addAppender(heard);
        try (TokenLog log = place.open(connections)) {
            connections.breakDown();
            Awaitility.await().atMost(Duration.ofSeconds(10)).until(() -> connections.refusals() >= 4);
            assertThat(heard.lines).singleElement().asString().contains("--lease", "no space left on device");

            connections.mend();
            await(2, heard);
            connections.breakDown();
            await(3, heard);

            assertThat(List.copyOf(heard.lines).get(1)).contains("signs of life again");
            assertThat(List.copyOf(heard.lines).get(2)).contains("no space left on device");
            assertThat(log.writer().problem()).isEmpty(); // it has had nothing to write
            connections.mend();
        } finally {
            logger.detachAppender(heard);
        }
    }
}
