/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

import java.nio.file.Path;

/** Makes {@link MediaOptions}, which says what each means, of others. */
public final class MediaOptionsBuilder {
    private final MediaOptions base;
    private String driverDirectory;
    private int port;
    private DriverThreading threading;
    private IdlePolicy idle;
    private int mtu;
    private int ipcMtu;
    private int termLength;

    MediaOptionsBuilder(MediaOptions base) {
        this.base = base;
        driverDirectory = base.driverDirectory();
        port = base.port();
        threading = base.threading();
        idle = base.idle();
        mtu = base.mtu();
        ipcMtu = base.ipcMtu();
        termLength = base.termLength();
    }

    public MediaOptionsBuilder driverDirectory(Path value) {
        driverDirectory = value.toString();
        return this;
    }

    public MediaOptionsBuilder port(int value) {
        port = value;
        return this;
    }

    public MediaOptionsBuilder threading(DriverThreading value) {
        threading = value;
        return this;
    }

    public MediaOptionsBuilder idle(IdlePolicy value) {
        idle = value;
        return this;
    }

    public MediaOptionsBuilder mtu(int value) {
        mtu = value;
        return this;
    }

    public MediaOptionsBuilder ipcMtu(int value) {
        ipcMtu = value;
        return this;
    }

    public MediaOptionsBuilder termLength(int value) {
        termLength = value;
        return this;
    }

    /**
     * The options.
     *
     * @throws IllegalArgumentException with a line for each that cannot be
     */
    public MediaOptions build() {
        return new MediaOptions(
                base.transport(),
                base.bindHost(),
                port,
                driverDirectory,
                threading,
                idle,
                mtu,
                ipcMtu,
                termLength,
                base.smallTermLength(),
                base.socketBufferBytes());
    }
}
