/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.processes;

import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of another process of this program: the same JVM, flags and class path. */
public final class JvmCommand {
    private static final String MAIN = "io.headwater.deploy.Main";
    private static final String SERIAL_GC = "-XX:+UseSerialGC";

    private JvmCommand() {}

    /** The words that start a process with these arguments. */
    public static List<String> of(List<String> arguments) {
        return of(
                Path.of(System.getProperty("java.home", ""), "bin", "java").toString(),
                ManagementFactory.getRuntimeMXBean().getInputArguments(),
                System.getProperty("java.class.path", ""),
                arguments);
    }

    static List<String> of(String java, List<String> jvmFlags, String classPath, List<String> arguments) {
        List<String> command = new ArrayList<>();
        command.add(java);
        jvmFlags.stream().filter(JvmCommand::isForEveryProcess).forEach(command::add);
        if (!command.contains(SERIAL_GC)) {
            command.add(SERIAL_GC);
        }
        command.add("-cp");
        command.add(classPath);
        command.add(MAIN);
        command.addAll(arguments);
        return command;
    }

    /** Not so: properties, which are about one process, and agents, of which two cannot share a port or a file. */
    private static boolean isForEveryProcess(String flag) {
        boolean collector = flag.startsWith("-XX:+Use") && flag.endsWith("GC") && !flag.equals(SERIAL_GC);
        boolean ownProcess = flag.startsWith("-D")
                || flag.startsWith("-agent")
                || flag.startsWith("-javaagent")
                || flag.startsWith("-XX:AOTCacheOutput")
                || flag.startsWith("-XX:AOTMode");
        return !collector && !ownProcess;
    }
}
