/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.testing;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Assumptions;

/**
 * The real model that some tests need and no commit carries: system property {@code headwater.model}, else environment variable
 * {@code HEADWATER_TEST_MODEL}, else where {@code headwater pull} leaves it.
 */
public final class RealModel {
    private static final String FILE = "SmolLM2-135M-Instruct.Q4_1.gguf";
    private static final AtomicBoolean SAID = new AtomicBoolean();

    private RealModel() {}

    /**
     * The model file. Where there is none the calling test is skipped, and the first one says so on standard error; a path that
     * was asked for and does not exist fails the test.
     */
    public static Path require() {
        Path model = asked().orElseGet(RealModel::pulled);
        if (Files.isRegularFile(model)) {
            return model;
        }
        if (asked().isPresent()) {
            throw new IllegalStateException(
                    model + " is no file: correct headwater.model or HEADWATER_TEST_MODEL, or unset both");
        }
        String reason = "SKIPPED: tests on the real model, no " + model + ": run ./headwater pull";
        if (SAID.compareAndSet(false, true)) {
            System.err.println(reason);
        }
        return Assumptions.abort(reason);
    }

    private static Optional<Path> asked() {
        return Optional.ofNullable(System.getProperty("headwater.model", System.getenv("HEADWATER_TEST_MODEL")))
                .filter(path -> !path.isBlank())
                .map(Path::of);
    }

    private static Path pulled() {
        return Path.of(System.getProperty("user.home"), ".cache", "headwater", "models", FILE);
    }
}
