/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cluster;

import io.headwater.cluster.media.MediaOptions;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.MediaFlags;
import io.headwater.deploy.cli.UserError;

/** Data plane options from what the user wrote. */
public final class MediaSettings {
    static final String LOOPBACK = "127.0.0.1";

    private MediaSettings() {}

    /** Of one node. Shared memory needs a driver that others use too, so it needs {@code --driver}. */
    public static MediaOptions of(MediaFlags flags, Console console, MediaFlags.Transport otherwise) {
        try {
            MediaOptions options = switch (flags.transport().orElse(otherwise)) {
                case ipc -> MediaOptions.ipc();
                case udp -> MediaOptions.udp(flags.bind().orElse(LOOPBACK));
            };
            if (flags.mtu().isPresent()) {
                options = options.withMtu(flags.mtu().get());
            }
            options = options.withThreading(
                    flags.driverThreading().orElse(options.threading()),
                    flags.idle().orElse(options.idle()));
            if (flags.termLength().isPresent()) {
                options = withTerms(options, flags.termLength().get());
            }
            return flags.driver().isPresent()
                    ? options.withDriverDirectory(console.path(flags.driver().get()))
                    : options;
        } catch (IllegalArgumentException e) {
            throw new UserError(String.valueOf(e.getMessage()).replaceAll("\\s*\\R\\s*", "; "), e);
        }
    }

    /** A message in shared memory fits an eighth of a term. */
    private static MediaOptions withTerms(MediaOptions options, int termLength) {
        return options.withTerms(termLength, Math.min(options.ipcMtu(), termLength / 8 & -32));
    }
}
