/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.util.List;
import org.slf4j.LoggerFactory;

/** Logs go to standard error. Found by Logback as a service: code, because parsing an XML file would double the time of {@code --help}. */
public final class LogSetup extends ContextAwareBase implements Configurator {
    private static final String APPENDER = "stderr";

    /** What they warn of (a member that does not answer, a message to one that is gone) Headwater says in its own words. */
    private static final List<String> LIBRARIES = List.of("org.apache.pekko", "io.aeron");

    @Override
    public ExecutionStatus configure(LoggerContext context) {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setContext(context);
        encoder.setPattern("%-5level %logger{0}: %msg%n");
        encoder.start();
        ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
        appender.setContext(context);
        appender.setName(APPENDER);
        appender.setTarget("System.err");
        appender.setEncoder(encoder);
        appender.start();
        Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
        root.setLevel(Level.WARN);
        root.addAppender(appender);
        LIBRARIES.forEach(name -> context.getLogger(name).setLevel(Level.ERROR));
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** From now on the log looks so. */
    public static void format(LogFormat format) {
        if (format == LogFormat.JSON
                && LoggerFactory.getILoggerFactory() instanceof LoggerContext context
                && context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).getAppender(APPENDER)
                        instanceof ConsoleAppender<ILoggingEvent> appender) {
            JsonLines encoder = new JsonLines();
            encoder.setContext(context);
            encoder.start();
            appender.setEncoder(encoder);
        }
    }

    /** Shows what these loggers note of what they do, as a program does that runs for long. */
    public static void inform(List<String> loggers) {
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            loggers.forEach(name -> context.getLogger(name).setLevel(Level.INFO));
        }
    }

    /** {@code -q}: errors only; {@code -v}: Headwater's own notes too. Without either nothing is loaded before someone logs. */
    static void apply(boolean quiet, boolean verbose) {
        if (!quiet && !verbose) {
            return;
        }
        if (LoggerFactory.getILoggerFactory() instanceof LoggerContext context) {
            context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME).setLevel(quiet ? Level.ERROR : Level.WARN);
            context.getLogger("io.headwater").setLevel(quiet ? Level.ERROR : Level.DEBUG);
            LIBRARIES.forEach(name -> context.getLogger(name).setLevel(quiet ? Level.ERROR : Level.WARN));
        }
    }
}
