/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.calibration;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.actors.plan.ModelFingerprint;
import io.headwater.compression.KvPolicy;
import io.headwater.compression.entropy.CalibratedOn;
import io.headwater.compression.entropy.Calibration;
import io.headwater.compression.entropy.HeadLabels;
import io.headwater.deploy.cli.UserError;
import io.headwater.model.llama.LlamaModel;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class CalibrationsTest {
    @TempDir
    private Path directory;

    private LlamaModel model;
    private Path beside = Path.of("");
    private KvPolicy uncomp = KvPolicy.NONE;

    @BeforeEach
    void open() throws Exception {
        model = LlamaModel.open(TinyModel.create().heads(6, 3).write(directory));
        beside = Calibrations.beside(model.file().path());
        uncomp = KvPolicy.parse("uncomp");
    }

    @AfterEach
    void close() {
        model.close();
    }

    private static Calibration of(String fingerprint) {
        List<Double> heads = List.of(0.5, 0.6, 0.7);
        HeadLabels labels = new HeadLabels(2, 3, List.of(0, 0, 1, 0, 0, 1));
        return new Calibration(
                new CalibratedOn(fingerprint, 1, 128), List.of(heads, heads), List.of(0.5, 0.5), List.of(labels));
    }

    @Test
    void anotherModelsCalibrationIsRefusedHoweverOftenItIsAskedFor() throws IOException {
        Calibrations calibrations = new Calibrations(model);
        Calibrations.write(of("1-another"), beside);
        for (int time = 0; time < 2; time++) {
            assertThatThrownBy(() -> calibrations.calibrated(uncomp))
                    .isInstanceOf(UserError.class)
                    .hasMessageContainingAll("of another model", "1-another", "run headwater calibrate");
        }

        Calibrations.write(of(ModelFingerprint.of(model.file())), beside);
        KvPolicy calibrated = calibrations.calibrated(uncomp);
        assertThat(calibrated.text()).contains("allocation=entropy/2/2x3/");
        Files.delete(beside);
        assertThat(calibrations.calibrated(uncomp)).as("read once").isEqualTo(calibrated);
    }

    @Test
    void stagesAreThoseOfTheCalibrationToo() throws Exception {
        KvPolicy staged = KvPolicy.parse("uncomp:allocation=uniform,stages=on");
        assertThatThrownBy(() -> new Calibrations(model).calibrated(staged))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll("needs a calibration of the model", "run headwater calibrate");

        Calibrations.write(of(ModelFingerprint.of(model.file())), beside);
        assertThat(new Calibrations(model).calibrated(staged).text()).contains("stages=on/2,");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"001\" | \"0010\" | head_groups are not of 3 KV heads",
                "\"001\" | \"01\" | head_groups are not of 3 KV heads",
                "\"001\" | \"002\" | head group 2 of 2",
                "[[0.5,0.6,0.7],[0.5,0.6,0.7]] | [] | query_entropy has no layers",
                "[[0.5,0.6,0.7],[0.5,0.6,0.7]] | [[0.5,0.6,0.7]] | 1 layers",
            })
    void aDamagedFileIsOneClearLine(String good, String damaged, String cause) throws IOException {
        Calibrations.write(of(ModelFingerprint.of(model.file())), beside);
        String text = Files.readString(beside);
        assertThat(text).contains(good);
        Files.writeString(beside, text.replace(good, damaged));

        refused(cause);
    }

    @Test
    void aFileThatIsNotTextIsOneClearLine() throws IOException {
        Files.write(beside, "{\"format\":\"é\"}".getBytes(StandardCharsets.ISO_8859_1));

        refused("not UTF-8");
    }

    private void refused(String cause) {
        assertThatThrownBy(() -> new Calibrations(model).calibrated(uncomp))
                .isInstanceOf(UserError.class)
                .hasMessageContainingAll(beside + " is damaged (", cause, "run headwater calibrate again")
                .hasMessageNotContaining("\n");
    }
}
