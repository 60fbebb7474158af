/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.calibration;

import io.headwater.actors.plan.ModelFingerprint;
import io.headwater.compression.KvPolicy;
import io.headwater.compression.PolicyException;
import io.headwater.compression.entropy.Calibration;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.cli.WholeFile;
import io.headwater.model.gguf.GgufException;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The calibration of one model: {@code MODEL.gguf.calibration.json} beside its file, or the one that this program has of the default model. It is read
 * when the first policy asks for it, and policies carry what they take of it, so a session's budgets do not change with the file. Any thread.
 */
public final class Calibrations {
    private static final String SUFFIX = ".calibration.json";

    private final LlamaModel model;
    private @Nullable Calibration read;

    public Calibrations(LlamaModel model) {
        this.model = model;
    }

    /** The options with the head groups and stages of a model that is not open. */
    public static KvOptions calibrated(KvOptions options, Path file) {
        if (!options.policy().toCalibrate()) {
            return options;
        }
        try (LlamaModel model = LlamaModel.open(file)) {
            return new Calibrations(model).calibrated(options);
        } catch (GgufException e) {
            throw new UserError(String.valueOf(e.getMessage()), e);
        }
    }

    /**
     * The options with the head groups and stages of this model, if they ask for any.
     *
     * @throws UserError in one line, if there is no calibration of this model, or none with so many groups; or if they have those of another model
     */
    public KvOptions calibrated(KvOptions options) {
        return options.with(calibrated(options.policy()));
    }

    /** The same of a policy. */
    public KvPolicy calibrated(KvPolicy policy) {
        try {
            KvPolicy calibrated = policy.toCalibrate() ? calibration().calibrated(policy) : policy;
            String unfit =
                    calibrated.unfit(model.config().nLayers(), model.config().nKvHeads());
            if (!unfit.isEmpty()) {
                throw new PolicyException(unfit);
            }
            return calibrated;
        } catch (PolicyException e) {
            throw new UserError("--kv-policy " + policy.name() + ": " + e.getMessage(), e);
        }
    }

    private synchronized Calibration calibration() throws PolicyException {
        if (read == null) {
            String fingerprint = fingerprint();
            Calibration found = find(fingerprint);
            found.checkFor(fingerprint, model.config().nLayers(), model.config().nKvHeads());
            read = found;
        }
        return read;
    }

    private String fingerprint() {
        try {
            return ModelFingerprint.of(model.file());
        } catch (IOException e) {
            throw new UserError(model.file().path() + " cannot be read: " + e, e);
        }
    }

    private Calibration find(String fingerprint) throws PolicyException {
        Path file = model.file().path();
        Path beside = beside(file);
        if (Files.exists(beside)) {
            return CalibrationFile.read(text(beside), beside.toString());
        }
        return ofThisProgram(name(file))
                .filter(known -> known.on().model().equals(fingerprint))
                .orElseThrow(() -> new PolicyException("it needs a calibration of the model, and there is no " + beside
                        + ": run headwater calibrate -m " + file + " -f TEXT"));
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (CharacterCodingException e) {
            throw new UserError(file + " is damaged (not UTF-8 text): remove it, or run headwater calibrate again", e);
        } catch (IOException e) {
            throw new UserError(
                    file + " cannot be read (" + e + "): mend or remove it, or run headwater calibrate again", e);
        }
    }

    private static Optional<Calibration> ofThisProgram(String name) {
        try (@Nullable InputStream in = Calibrations.class.getResourceAsStream(name)) {
            return in == null
                    ? Optional.empty()
                    : Optional.of(CalibrationFile.read(
                            new String(in.readAllBytes(), StandardCharsets.UTF_8), "this program's " + name));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String name(Path model) {
        return Objects.requireNonNull(model.getFileName(), "a file has a name") + SUFFIX;
    }

    /** Where a model's calibration lies. */
    public static Path beside(Path model) {
        return model.resolveSibling(name(model));
    }

    /** Writes a calibration: the file has its name when all of it is on the disk, or is as it was. */
    public static CalibrationFile write(Calibration calibration, Path target) throws IOException {
        CalibrationFile written = CalibrationFile.of(calibration);
        WholeFile.write(target, Json.text(written) + "\n");
        return written;
    }
}
