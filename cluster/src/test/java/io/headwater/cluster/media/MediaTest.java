/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.aeron.Publication;
import io.aeron.Subscription;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class MediaTest {
    @Test
    void keepsItsFilesToItselfAndLeavesNoneBehind() throws IOException {
        Path own;
        try (Media media = Media.start(MediaOptions.udp("127.0.0.1"))) {
            own = Path.of(media.directory()).getParent();

            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(own)))
                    .isEqualTo("rwx------");
            assertThat(media.address().port()).isPositive();
            assertThat(DataAddress.parse(media.address().toString())).isEqualTo(media.address());
        }

        assertThat(own).doesNotExist();
    }

    @Test
    void usesTheDriverOfAnotherByItsDirectory() {
        try (Media parent = Media.start(MediaOptions.ipc());
                Media child = Media.start(MediaOptions.ipcOf(Path.of(parent.directory())))) {
            assertThat(child.directory()).isEqualTo(parent.directory());
            assertThat(child.address()).isEqualTo(DataAddress.ipc());
        }
    }

    @Test
    void anInterruptedThreadOpensStreamsAndTheClientLives() {
        try (Media media = Media.start(MediaOptions.ipc())) {
            Thread.currentThread().interrupt();
            try (Subscription subscription = media.subscribe(77);
                    Publication publication = media.publish(media.address(), 77, true)) {
                assertThat(Thread.interrupted()).as("the flag is put back").isTrue();
                assertThat(subscription.isClosed()).isFalse();
                assertThat(publication.isClosed()).isFalse();
            } finally {
                assertThat(Thread.interrupted()).isFalse();
            }
            assertThat(media.aeron().isClosed()).isFalse();
        }
    }

    @Test
    void aMissingDriverIsAnErrorThatNamesItsDirectory(@TempDir Path none) {
        assertThatThrownBy(() ->
                        Media.start(MediaOptions.ipcOf(none.resolve("driver"))).close())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining(none.toString())
                .hasMessageContaining("is it running");
    }

    @Test
    void removesOnlyTheDirectoriesOfDeadProcesses(@TempDir Path base) throws Exception {
        DriverDirectories directories = new DriverDirectories(base);
        Path live = directories.create();
        Process process = new ProcessBuilder("true").start();
        long pid = process.pid();
        process.waitFor();
        Path dead = Files.createDirectory(base.resolve(live.getFileName()
                .toString()
                .replace("-" + ProcessHandle.current().pid() + "-", "-" + pid + "-")));
        Files.createDirectories(dead.resolve("driver/publications"));
        Files.writeString(dead.resolve("driver/cnc.dat"), "left");
        String[] parts = live.getFileName().toString().split("-", -1);
        parts[4] = "12345"; // the process id has been given to another process since
        Path reused = Files.createDirectory(base.resolve(String.join("-", parts)));
        parts[2] = "1"; // of another container: its ids mean nothing here
        Path foreign = Files.createDirectory(base.resolve(String.join("-", parts)));
        Path other = Files.createDirectory(base.resolve("headwater-media-notes"));

        directories.removeDead();

        assertThat(dead).doesNotExist();
        assertThat(reused).doesNotExist();
        assertThat(live).exists();
        assertThat(foreign).exists();
        assertThat(other).exists();
    }

    @Test
    void optionsSayAllThatIsWrong() {
        assertThatThrownBy(() -> new MediaOptions(
                        Transport.UDP,
                        "0.0.0.0",
                        70_000,
                        "",
                        DriverThreading.SHARED,
                        IdlePolicy.BACKOFF,
                        1000,
                        65504,
                        65_000,
                        64 << 10,
                        1))
                .hasMessageContainingAll(
                        "bindHost=", "port=70000", "mtu=1000", "termLength=65000", "socketBufferBytes=1");
    }

    @Test
    void aPortInUseIsAnErrorThatNamesIt() {
        try (Media first = Media.start(MediaOptions.udp("127.0.0.1"))) {
            int port = first.address().port();

            assertThatThrownBy(() -> Media.start(MediaOptions.udp("127.0.0.1")
                                    .change()
                                    .port(port)
                                    .build())
                            .close())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("127.0.0.1:" + port);
        }
    }
}
