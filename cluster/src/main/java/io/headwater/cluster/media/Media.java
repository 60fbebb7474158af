/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

import io.aeron.Aeron;
import io.aeron.Publication;
import io.aeron.Subscription;
import io.aeron.driver.MediaDriver;
import io.aeron.exceptions.AeronException;
import io.headwater.cluster.wire.FlatSchema;
import io.headwater.cluster.wire.TensorCodec;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteOrder;
import java.nio.channels.DatagramChannel;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.agrona.concurrent.AgentInvoker;
import org.jspecify.annotations.Nullable;

/**
 * This process's end of the data plane: an Aeron client and the media driver it uses, embedded here or running elsewhere. One per
 * process; any thread.
 */
public final class Media implements AutoCloseable {
    /** Nobody sends on it: it keeps the port from the beginning to the end. */
    private static final int PORT_HOLDER_STREAM = 1;

    private static final int PORT_ATTEMPTS = 5;
    private static final long NEEDED_BYTES = 256L << 20;
    private static final long INVOKE_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final int MOST_SESSIONS_PER_STREAM = 8;

    private final MediaOptions options;
    private final ErrorLog errors = new ErrorLog();
    private final Map<FlatSchema, TensorCodec> codecs = new ConcurrentHashMap<>();
    private final @Nullable Path ownDirectory;
    private final String directory;
    private final @Nullable MediaDriver driver;
    private final @Nullable AgentInvoker invoker;
    private final ReentrantLock invoking = new ReentrantLock();
    private final @Nullable Thread invokingThread;
    private final Aeron aeron;
    private final DataAddress address;
    private final AtomicBoolean closing = new AtomicBoolean();
    private volatile boolean closed;

    private Media(MediaOptions options, Consumer<MediaDriver.Context> adjust) throws IOException {
        this.options = options;
        Path external = options.externalDriver().orElse(null);
        if (external == null) {
            DriverDirectories directories = DriverDirectories.standard(NEEDED_BYTES);
            directories.removeDead();
            ownDirectory = directories.create();
            directory = ownDirectory.resolve("driver").toString();
        } else {
            ownDirectory = null;
            directory = external.toString();
        }
        MediaDriver startedDriver = null;
        Thread startedThread = null;
        Aeron startedAeron = null;
        try {
            startedDriver = external == null ? launch(adjust) : null;
            driver = startedDriver;
            invoker = startedDriver == null ? null : startedDriver.sharedAgentInvoker();
            startedThread = invoker == null
                    ? null
                    : Thread.ofPlatform().daemon().name("media-driver").start(this::invokeUntilClosed);
            invokingThread = startedThread;
            startedAeron = Aeron.connect(new Aeron.Context()
                    .aeronDirectoryName(directory)
                    .errorHandler(errors)
                    .subscriberErrorHandler(errors)
                    .resourceLingerDurationNs(TimeUnit.MILLISECONDS.toNanos(500))
                    .closeLingerDurationNs(0)
                    .driverTimeoutMs(5_000));
            aeron = startedAeron;
            address = receive();
        } catch (IOException | RuntimeException e) {
            closed = true;
            close(startedAeron, e);
            join(startedThread);
            close(startedDriver, e);
            if (ownDirectory != null) {
                DriverDirectories.delete(ownDirectory);
            }
            throw e;
        }
    }

    /**
     * Starts the driver, unless it runs elsewhere, and connects to it. Removes what drivers of dead processes have left.
     *
     * @throws IllegalStateException with what, where and what to do if that is not possible
     */
    public static Media start(MediaOptions options) {
        return start(options, _ -> {});
    }

    /** As {@link #start(MediaOptions)}; a test changes the driver, to lose packets for example. */
    static Media start(MediaOptions options, Consumer<MediaDriver.Context> adjust) {
        if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
            throw new IllegalStateException("this machine is big-endian: Headwater's messages are little-endian");
        }
        try {
            return new Media(options, adjust);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "media driver: no directory for its files, or no socket: " + e.getMessage(), e);
        } catch (AeronException e) {
            throw new IllegalStateException(
                    "media driver"
                            + options.externalDriver()
                                    .map(path -> " at " + path)
                                    .orElse("") + ": " + e.getMessage()
                            + ": is it running, and may this user read its directory?",
                    e);
        }
    }

    private MediaDriver launch(Consumer<MediaDriver.Context> adjust) throws IOException {
        int sendBuffer = granted(StandardSocketOptions.SO_SNDBUF);
        int receiveBuffer = granted(StandardSocketOptions.SO_RCVBUF);
        MediaDriver.Context context = new MediaDriver.Context()
                .aeronDirectoryName(directory)
                .dirDeleteOnStart(true)
                .dirDeleteOnShutdown(true)
                .warnIfDirectoryExists(false)
                .printConfigurationOnStart(false)
                .errorHandler(errors)
                .threadingMode(
                        switch (options.threading()) {
                            case INVOKER -> io.aeron.driver.ThreadingMode.INVOKER;
                            case SHARED -> io.aeron.driver.ThreadingMode.SHARED;
                            case SHARED_NETWORK -> io.aeron.driver.ThreadingMode.SHARED_NETWORK;
                            case DEDICATED -> io.aeron.driver.ThreadingMode.DEDICATED;
                        })
                .conductorIdleStrategy(options.idle().strategy())
                .senderIdleStrategy(options.idle().strategy())
                .receiverIdleStrategy(options.idle().strategy())
                .sharedIdleStrategy(options.idle().strategy())
                .sharedNetworkIdleStrategy(options.idle().strategy())
                .mtuLength(options.mtu())
                .ipcMtuLength(options.ipcMtu())
                .publicationTermBufferLength(options.termLength())
                .ipcTermBufferLength(options.termLength())
                .termBufferSparseFile(true)
                .socketSndbufLength(sendBuffer)
                .socketRcvbufLength(receiveBuffer)
                .initialWindowLength(Math.max(options.mtu(), Math.min(receiveBuffer, options.termLength()) / 2))
                .publicationLingerTimeoutNs(TimeUnit.MILLISECONDS.toNanos(300))
                .imageLivenessTimeoutNs(TimeUnit.SECONDS.toNanos(5))
                .streamSessionLimit(MOST_SESSIONS_PER_STREAM);
        adjust.accept(context);
        return MediaDriver.launch(context);
    }

    /** What the system gives of the socket buffers that are wanted: asking Aeron for more makes it complain on the error stream. */
    private int granted(java.net.SocketOption<Integer> option) throws IOException {
        try (DatagramChannel channel = DatagramChannel.open()) {
            channel.setOption(option, options.socketBufferBytes());
            return Math.min(options.socketBufferBytes(), channel.getOption(option));
        }
    }

    /** Finds the port that others send to and holds it. */
    private DataAddress receive() {
        if (options.transport() == Transport.IPC) {
            return DataAddress.ipc();
        }
        for (int attempt = 1; ; attempt++) {
            try {
                int port = options.port() == 0 ? freePort() : options.port();
                DataAddress found = DataAddress.udp(options.bindHost(), port);
                Subscription _ = aeron.addSubscription("aeron:udp?endpoint=" + found.endpoint(), PORT_HOLDER_STREAM);
                return found;
            } catch (IOException | AeronException e) {
                if (options.port() != 0 || attempt == PORT_ATTEMPTS) {
                    throw new IllegalStateException(
                            "data port udp " + options.bindHost() + ":" + options.port() + ": " + e.getMessage()
                                    + ": give an address of this host (--bind)",
                            e);
                }
            }
        }
    }

    private int freePort() throws IOException {
        try (DatagramSocket socket =
                new DatagramSocket(new InetSocketAddress(InetAddress.getByName(options.bindHost()), 0))) {
            return socket.getLocalPort();
        }
    }

    /** The client; lent. */
    public Aeron aeron() {
        return aeron;
    }

    /** The driver's directory, for other processes of this host: {@link MediaOptions#ipcOf}. */
    public String directory() {
        return directory;
    }

    /** Where others reach this node. */
    public DataAddress address() {
        return address;
    }

    public MediaOptions options() {
        return options;
    }

    /** Errors that Aeron has reported so far. */
    public long errors() {
        return errors.count();
    }

    /** The process's codec of a schema, with the metadata of all numbers of rows that it has met. */
    public TensorCodec codec(FlatSchema schema) {
        return codecs.computeIfAbsent(schema, one -> new TensorCodec(one, MediaOptions.LARGEST_MTU));
    }

    /** A new stream to a node; the caller closes it. Small streams have short terms: for steps and signs of life. */
    public Publication publish(DataAddress to, int streamId, boolean small) {
        int termLength = small ? options.smallTermLength() : options.termLength();
        int mtu = Math.min(options.fragmentLength(), termLength / 8);
        String channel = channel(to) + "term-length=" + termLength + "|mtu=" + mtu;
        return uninterrupted(() -> aeron.addPublication(channel, streamId));
    }

    /** Receives a stream that another node sends here; the caller closes it. */
    public Subscription subscribe(int streamId) {
        String channel = channel(address);
        return uninterrupted(() -> aeron.addSubscription(channel.substring(0, channel.length() - 1), streamId));
    }

    /** An interrupted thread that waits for the driver's answer would end the whole client: the flag is put back afterwards. */
    private static <T> T uninterrupted(Supplier<T> open) {
        boolean interrupted = Thread.interrupted();
        try {
            return open.get();
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static String channel(DataAddress address) {
        return switch (address.transport()) {
            case IPC -> "aeron:ipc?";
            case UDP -> "aeron:udp?endpoint=" + address.endpoint() + "|";
        };
    }

    /** Runs the driver once if it is an invoker and nobody else runs it now; returns the work done. Whoever waits for messages calls it. */
    public int invoke() {
        AgentInvoker runs = invoker;
        if (runs == null || closed || !invoking.tryLock()) {
            return 0;
        }
        try {
            return closed ? 0 : runs.invoke();
        } finally {
            invoking.unlock();
        }
    }

    private void invokeUntilClosed() {
        while (!closed) {
            invoke();
            LockSupport.parkNanos(INVOKE_PAUSE_NANOS);
        }
    }

    /** Ends the client and the driver and removes its directory. */
    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        RuntimeException failure = new IllegalStateException("media did not close: " + directory);
        close(aeron, failure);
        closed = true;
        join(invokingThread);
        invoking.lock();
        try {
            close(driver, failure);
        } finally {
            invoking.unlock();
        }
        if (ownDirectory != null) {
            DriverDirectories.delete(ownDirectory);
        }
        if (failure.getSuppressed().length > 0) {
            throw failure;
        }
    }

    private static void close(@Nullable AutoCloseable closeable, Exception failure) {
        if (closeable != null) {
            try {
                closeable.close();
            } catch (Exception e) {
                failure.addSuppressed(e);
            }
        }
    }

    private static void join(@Nullable Thread thread) {
        if (thread != null) {
            LockSupport.unpark(thread);
            try {
                thread.join(1_000);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
