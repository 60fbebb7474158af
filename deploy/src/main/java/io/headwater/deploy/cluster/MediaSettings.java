/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cluster;

import io.headwater.cluster.media.MediaOptions;
import io.headwater.cluster.media.MediaOptionsBuilder;
import io.headwater.cluster.media.Transport;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.MediaFlags;
import io.headwater.deploy.cli.UserError;
import java.util.stream.Collectors;

/** Data plane options from what the user wrote. */
public final class MediaSettings {
    static final String LOOPBACK = "127.0.0.1";

    private MediaSettings() {}

    /** Of one node. Shared memory needs a driver that others use too, so it needs {@code --driver}. */
    public static MediaOptions of(MediaFlags flags, Console console, Transport otherwise) {
        try {
            MediaOptions base = switch (flags.transport().orElse(otherwise)) {
                case IPC -> MediaOptions.ipc();
                case UDP -> MediaOptions.udp(flags.bind().orElse(LOOPBACK));
            };
            int termLength = flags.termLength().orElse(base.termLength());
            MediaOptionsBuilder options = base.change()
                    .mtu(flags.mtu().orElse(base.mtu()))
                    .threading(flags.driverThreading().orElse(base.threading()))
                    .idle(flags.idle().orElse(base.idle()))
                    .termLength(termLength)
                    .ipcMtu(Math.min(base.ipcMtu(), termLength / 8 & -32)); // a message fits an eighth of a term
            flags.driver().ifPresent(directory -> options.driverDirectory(console.path(directory)));
            return options.build();
        } catch (IllegalArgumentException e) {
            throw new UserError(inOptions(String.valueOf(e.getMessage())), e);
        }
    }

    /** The same sentences about the options that the user can give; the messages of shared memory follow from the terms. */
    private static String inOptions(String wrong) {
        return wrong.lines()
                .filter(line -> !line.startsWith("ipcMtu="))
                .map(line -> line.replaceAll(" ?\\bipcMtu=\\S+", "")
                        .replace("bindHost=", "--bind ")
                        .replace("mtu=", "--mtu ")
                        .replace("termLength=", "--term-length "))
                .collect(Collectors.joining("; "));
    }
}
