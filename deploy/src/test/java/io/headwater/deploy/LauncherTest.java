/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The launcher in a checkout of its own, with a Maven and a JDK that only write down how they are called. */
final class LauncherTest {
    private static final Path LAUNCHER = Path.of("..", "headwater");

    @TempDir
    private Path directory;

    private Path checkout = Path.of("");
    private Path jdk = Path.of("");

    private record Result(int exitCode, String out, String err) {}

    @BeforeEach
    void makeCheckout() throws IOException {
        checkout = Files.createDirectories(directory.resolve("a checkout"));
        Files.copy(LAUNCHER, checkout.resolve("headwater"));
        Files.createDirectories(checkout.resolve("deploy/src/main"));
        Files.writeString(checkout.resolve("deploy/src/main/A.java"), "");
        Files.writeString(checkout.resolve("pom.xml"), "");
        Files.writeString(checkout.resolve("deploy/pom.xml"), "");
        jdk = Files.createDirectories(directory.resolve("jdk"));
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.1\"\n");
        script(jdk.resolve("bin/javac"), "exit 0");
        script(
                jdk.resolve("bin/java"),
                "for a; do last=$a; done; case $* in *AOTCacheOutput*) exit 0;; esac; echo \"ran $last\"");
        maven("mkdir -p deploy/target/lib; touch deploy/target/lib/x.jar deploy/target/headwater-deploy-1.jar");
    }

    @Test
    void buildsOnceAndThenOnlyAfterAChange() throws Exception {
        assertThat(run("models").err()).contains("building");
        assertThat(run("models")).isEqualTo(new Result(0, "ran models\n", ""));

        FileTime later = FileTime.from(Instant.now().plusSeconds(10));
        Files.setLastModifiedTime(checkout.resolve("deploy/src/main/A.java"), later);

        assertThat(run("models").err()).contains("building");
    }

    @Test
    void showsTheErrorsOfABrokenBuildAndRunsNothing() throws Exception {
        maven("echo '[INFO] noise'; echo '[ERROR] A.java:1 broken'; exit 1");

        Result result = run("models");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.out()).isEmpty();
        assertThat(result.err())
                .contains("[ERROR] A.java:1 broken")
                .contains("the build failed")
                .doesNotContain("noise");
    }

    @Test
    void refusesAJdkOfAnotherVersion() throws Exception {
        Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"21.0.1\"\n");

        Result result = run("models");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err().lines()).singleElement().asString().contains("is not a JDK 25");
    }

    @Test
    void twoLaunchersAtOnceBuildOnce() throws Exception {
        Process first = start("models");
        Process second = start("models");

        assertThat(first.waitFor()).isZero();
        assertThat(second.waitFor()).isZero();
        assertThat(Files.readAllLines(directory.resolve("maven-calls"))).hasSize(1);
    }

    @Test
    void passesTheFlagsOfThePom() throws IOException {
        String pom = Files.readString(Path.of("..", "pom.xml"));
        String flags = property(pom, "jvm.flags").replace("${kernel.flags}", property(pom, "kernel.flags"));
        String launcher = Files.readString(LAUNCHER);

        String same = flags.replace("--add-modules jdk.incubator.vector", ""); // Main adds the module
        assertThat(Pattern.compile(" +(?=-)").splitAsStream(same.trim()))
                .allSatisfy(flag -> assertThat(launcher).contains(flag));
    }

    private static String property(String pom, String name) {
        return pom.substring(pom.indexOf("<" + name + ">") + name.length() + 2, pom.indexOf("</" + name + ">"));
    }

    private void maven(String body) throws IOException {
        script(
                directory.resolve("bin/mvn"),
                "echo \"$@\" >> '" + directory.resolve("maven-calls") + "'; cd '" + checkout + "'; " + body);
    }

    private Result run(String... args) throws IOException, InterruptedException {
        Process process = start(args);
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        String err = new String(process.getErrorStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Result(process.waitFor(), out, err);
    }

    private Process start(String... args) throws IOException {
        List<String> command =
                new ArrayList<>(List.of("bash", checkout.resolve("headwater").toString()));
        command.addAll(List.of(args));
        ProcessBuilder builder = new ProcessBuilder(command).directory(directory.toFile());
        Map<String, String> environment = builder.environment();
        environment.put("PATH", directory.resolve("bin") + ":" + environment.getOrDefault("PATH", ""));
        environment.put("HEADWATER_JAVA_HOME", jdk.toString());
        return builder.start();
    }

    private static void script(Path file, String body) throws IOException {
        Files.createDirectories(file.getParent());
        Files.writeString(file, "#!/usr/bin/env bash\n" + body + "\n");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
}
