/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * How a node sends and receives. Start from {@link #ipc}, {@link #ipcOf} or {@link #udp}.
 *
 * @param bindHost address that others reach this node at; only for UDP
 * @param port to receive at; 0 for a free one; only for UDP
 * @param driverDirectory of a running driver, not started nor stopped here; empty ("") for a driver of this process
 * @param mtu largest UDP packet, a multiple of 32: 8192 on loopback, 1408 on ordinary networks
 * @param ipcMtu largest message in shared memory, a multiple of 32
 * @param termLength bytes of a term buffer, three of which make a stream of tensors; a power of two
 * @param smallTermLength the same for streams of steps and signs of life
 * @param socketBufferBytes asked for; the system may give less
 */
public record MediaOptions(
        Transport transport,
        String bindHost,
        int port,
        String driverDirectory,
        DriverThreading threading,
        IdlePolicy idle,
        int mtu,
        int ipcMtu,
        int termLength,
        int smallTermLength,
        int socketBufferBytes) {
    static final int LARGEST_MTU = 65504;
    private static final int SMALLEST_MTU = 1024;
    private static final int SMALLEST_TERM = 64 << 10;

    public MediaOptions {
        List<String> wrong = new ArrayList<>();
        switch (transport) {
            case IPC -> {
                check(
                        wrong,
                        bindHost.isEmpty() && port == 0,
                        "bindHost=" + bindHost + " port=" + port
                                + ": shared memory has no address, leave them out or choose udp");
            }
            case UDP -> {
                check(
                        wrong,
                        !bindHost.isBlank() && !isWildcard(bindHost),
                        "bindHost=" + bindHost + ": give the address at which the other nodes reach this one");
                check(wrong, port >= 0 && port <= 65535, "port=" + port + ": expected 0 (a free one) to 65535");
            }
        }
        checkMtu(wrong, "mtu", mtu);
        checkMtu(wrong, "ipcMtu", ipcMtu);
        checkTerm(wrong, "termLength", termLength);
        checkTerm(wrong, "smallTermLength", smallTermLength);
        int largest = Math.max(mtu, ipcMtu);
        check(
                wrong,
                largest <= termLength / 8,
                "mtu=" + mtu + " ipcMtu=" + ipcMtu + " termLength=" + termLength
                        + ": a message must fit 1/8 of a term, lengthen the terms");
        check(wrong, socketBufferBytes >= 2 * mtu, "socketBufferBytes=" + socketBufferBytes + ": at least 2 × mtu");
        if (!wrong.isEmpty()) {
            throw new IllegalArgumentException(String.join("\n", wrong));
        }
    }

    private static void checkMtu(List<String> wrong, String name, int mtu) {
        check(
                wrong,
                mtu >= SMALLEST_MTU && mtu <= LARGEST_MTU && mtu % 32 == 0,
                name + "=" + mtu + ": expected a multiple of 32 from " + SMALLEST_MTU + " to " + LARGEST_MTU);
    }

    private static void checkTerm(List<String> wrong, String name, int length) {
        check(
                wrong,
                length >= SMALLEST_TERM && length <= 1 << 30 && Integer.bitCount(length) == 1,
                name + "=" + length + ": expected a power of two from 65536 to 1073741824");
    }

    private static void check(List<String> wrong, boolean right, String sentence) {
        if (!right) {
            wrong.add(sentence);
        }
    }

    private static boolean isWildcard(String host) {
        return host.equals("0.0.0.0") || host.equals("::") || host.equals("*");
    }

    /** Shared memory, with a driver of this process. */
    public static MediaOptions ipc() {
        return new MediaOptions(
                Transport.IPC,
                "",
                0,
                "",
                DriverThreading.SHARED,
                IdlePolicy.SLEEP,
                1408,
                65504,
                1 << 20,
                64 << 10,
                2 << 20);
    }

    /** Shared memory, with the driver of another process: {@link Media#directory()} there. */
    public static MediaOptions ipcOf(Path driverDirectory) {
        return ipc().change().driverDirectory(driverDirectory).build();
    }

    /** UDP with a driver of this process, which the threads that wait run themselves: right where cores are few. */
    public static MediaOptions udp(String bindHost) {
        boolean loopback = bindHost.startsWith("127.") || bindHost.equals("localhost") || bindHost.equals("::1");
        return new MediaOptions(
                Transport.UDP,
                bindHost,
                0,
                "",
                DriverThreading.INVOKER,
                IdlePolicy.BACKOFF,
                loopback ? 8192 : 1408,
                65504,
                1 << 20,
                64 << 10,
                2 << 20);
    }

    /** These, to be changed. */
    public MediaOptionsBuilder change() {
        return new MediaOptionsBuilder(this);
    }

    /** Directory of a driver that runs elsewhere. */
    public Optional<Path> externalDriver() {
        return driverDirectory.isEmpty() ? Optional.empty() : Optional.of(Path.of(driverDirectory));
    }

    /** Largest fragment of this transport with Aeron's header. */
    int fragmentLength() {
        return switch (transport) {
            case IPC -> ipcMtu;
            case UDP -> mtu;
        };
    }
}
