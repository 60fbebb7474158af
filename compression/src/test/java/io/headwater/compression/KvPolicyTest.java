/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.compression.allocation.Allocation;
import io.headwater.compression.entropy.HeadLabels;
import io.headwater.compression.entropy.PrefillStages;
import io.headwater.compression.entropy.PrefillStages.Stage;
import java.util.List;
import org.junit.jupiter.api.Test;

class KvPolicyTest {
    @Test
    void everyPolicysTextIsParsedBackToAnEqualOne() throws PolicyException {
        for (PolicyDescription policy : KvPolicy.known()) {
            KvPolicy parsed = KvPolicy.parse(policy.name());
            assertThat(KvPolicy.parse(parsed.text())).isEqualTo(parsed).hasToString(parsed.text());
            for (PolicyOption option : policy.options()) {
                assertThat(option.canonical(option.byDefault()))
                        .as(policy.name() + " " + option)
                        .contains(option.byDefault());
                assertThat(parsed.word(option.name())).isEqualTo(option.byDefault());
            }
        }
    }

    @Test
    void theSameValueWrittenInAnotherWayIsTheSamePolicy() throws PolicyException {
        assertThat(KvPolicy.parse("ems:gamma=1.0, tau=.70")).isEqualTo(KvPolicy.parse("ems:tau=0.7,gamma=1"));
        assertThat(KvPolicy.parse("ems:gamma=1").text())
                .startsWith("ems:sinks=4,window=8,")
                .contains("gamma=1,");
        assertThat(KvPolicy.parse("none")).isEqualTo(KvPolicy.NONE);
    }

    @Test
    void whatIsUnknownIsAnsweredWithWhatThereIs() {
        refused("snap", "unknown KV policy \"snap\"; there are none, streaming-llm, h2o, snapkv,");
        refused("knorm:windw=3", "KV policy knorm has no option \"windw\"; it has sinks, recent");
        refused("none:a=1", "KV policy none has no option \"a\"; it has none");
        refused("ems:gamma=17", "option gamma of KV policy ems must be a number from 0 to 16, not \"17\"");
        refused("ems:gamma=NaN", "not \"NaN\"");
        refused("ems:sinks=1.5", "must be a whole number from 0 to 256, not \"1.5\"");
        refused("snapkv:pool=avg4", "must be one of none, avg3,");
        refused("snapkv:window", "not \"\"");
        refused("snapkv:", "has no option \"\"");
    }

    private static void refused(String text, String message) {
        assertThatThrownBy(() -> KvPolicy.parse(text))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining(message);
    }

    @Test
    void aPolicySaysWhatItNeedsOfACache() throws PolicyException {
        assertThat(KvPolicy.parse("snapkv:window=8").window()).isEqualTo(8);
        assertThat(KvPolicy.parse("tova").window()).isEqualTo(1);
        assertThat(KvPolicy.parse("keydiff").window()).isZero();
        assertThat(KvPolicy.parse("ems").leastBudget()).isEqualTo(13);
        assertThat(KvPolicy.parse("expected-attention").leastBudget()).isEqualTo(5);
        assertThat(KvPolicy.parse("ems").columnSums()).isTrue();
        assertThat(KvPolicy.parse("ems:combine=local").columnSums()).isFalse();
        assertThat(KvPolicy.parse("g-kv").stateFloats()).isEqualTo(1);
        assertThat(KvPolicy.parse("r-kv").stateFloats()).isZero();
        assertThat(KvPolicy.parse("kv-compress").stateFloats()).isEqualTo(1);
        assertThat(KvPolicy.parse("kv-compress").leastBudget()).isEqualTo(32);
    }

    @Test
    void expandedStorageThatNeedsWhatItDoesNotHaveIsRefused() {
        assertThatThrownBy(() -> KvPolicy.parse("ems:storage=expanded,use-position=on"))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("use-position=off");
        assertThatThrownBy(() -> KvPolicy.parse("ems:bias=log-count,storage=expanded"))
                .hasMessageContaining("bias=off");
    }

    @Test
    void onlyWhatReconstructsCanWaitUntilTheSessionIsIdle() throws PolicyException {
        assertThat(KvPolicy.parse("kvzip").waitsForIdle()).isFalse();
        assertThat(KvPolicy.parse("kvzip:when=idle").waitsForIdle()).isTrue();
        assertThat(KvPolicy.parse("ems:score=reconstruction,when=idle").waitsForIdle())
                .isTrue();
        refused("ems:when=idle", "give score=reconstruction too");
    }

    @Test
    void optionsThatLeaveNoViewToChooseByAreRefused() throws PolicyException {
        assertThatThrownBy(() -> KvPolicy.parse("ems:rank=best,combine=local,local=0.0,geometry=-0"))
                .isInstanceOf(PolicyException.class)
                .hasMessageContaining("no view");
        for (String other : new String[] {
            "combine=global,local=0,geometry=0",
            "combine=max,local=0,geometry=0",
            "combine=local,local=1,geometry=0",
            "combine=local,local=0,geometry=1",
            "combine=local,local=0,geometry=0,rank=sum",
            "combine=local,local=0,geometry=0,score=reconstruction",
        }) {
            assertThat(KvPolicy.parse("ems:rank=best," + other).word("combine")).isNotEmpty();
        }
    }

    @Test
    void stagesComeFromACalibrationAndStandInTheTextFromThenOn() throws PolicyException {
        PrefillStages stages = new PrefillStages(30, List.of(new Stage(8, 300), new Stage(21, 100)));
        KvPolicy asked = KvPolicy.parse("uncomp:allocation=uniform,stages=on,min-tokens=100");
        assertThat(asked.text()).contains("stages=on,stage-fall=0.01,min-tokens=100,max-tokens=4096");
        assertThat(asked.toCalibrate()).isTrue();
        assertThat(asked.stages()).isEmpty();
        assertThat(asked.unfit(30, 3)).contains("stages=on needs a calibration").contains("headwater calibrate");

        KvPolicy staged = asked.staged(stages);
        assertThat(staged.text()).contains("stages=on/30/8x300/21x100,");
        assertThat(KvPolicy.parse(staged.text())).isEqualTo(staged);
        assertThat(staged.stages()).contains(stages);
        assertThat(staged.toCalibrate()).isFalse();
        assertThat(staged.unfit(30, 3)).isEmpty();
        assertThat(staged.unfit(32, 3)).contains("stages of another model: of 30 layers, this model has 32");

        assertThat(KvPolicy.parse("uncomp").stages()).isEmpty();
        assertThat(KvPolicy.parse("uncomp").stagesToCalibrate()).isFalse();
        refused("uncomp:stages=on/30/8x300/21x301", "must be one of off, on");
        refused("uncomp:stages=on/8/8x300", "must be one of off, on");
        refused("uncomp:stages=on,window=32,min-tokens=31", "a stage of 31 tokens is less than the window of 32");
        refused("uncomp:stages=on/30/8x7", "a stage of 7 tokens is less than the window of 8");
        refused("uncomp:stages=on,max-tokens=1535", "min-tokens=1536 is more than max-tokens=1535");
        refused("snapkv:stages=on", "has no option \"stages\"");
    }

    @Test
    void headGroupsComeFromACalibrationAndStandInTheTextFromThenOn() throws PolicyException {
        HeadLabels labels = new HeadLabels(2, 3, List.of(0, 1, 0, 1, 1, 0));
        KvPolicy asked = KvPolicy.parse("uncomp");
        assertThat(asked.text()).contains("allocation=entropy,");
        assertThat(asked.allocation()).isEqualTo(Allocation.ENTROPY);
        assertThat(asked.groupsToCalibrate()).isEqualTo(2);
        assertThat(asked.unfit(2, 3)).contains("needs a calibration").contains("headwater calibrate");

        KvPolicy calibrated = asked.calibrated(labels);
        assertThat(calibrated.text()).contains("allocation=entropy/2/2x3/58,");
        assertThat(KvPolicy.parse(calibrated.text())).isEqualTo(calibrated);
        assertThat(calibrated.allocation()).isEqualTo(Allocation.ENTROPY);
        assertThat(calibrated.headLabels()).contains(labels);
        assertThat(calibrated.groupsToCalibrate()).isZero();
        assertThat(calibrated.unfit(2, 3)).isEmpty();
        assertThat(calibrated.unfit(2, 4))
                .contains("of another model: of 2 layers of 3 KV heads, this model has 2 of 4");

        assertThat(KvPolicy.parse("h2o:allocation=entropy/3").groupsToCalibrate())
                .isEqualTo(3);
        assertThat(KvPolicy.parse("uncomp:allocation=entropy/2")).isEqualTo(asked);
        assertThat(KvPolicy.parse("uncomp:allocation=uniform").unfit(2, 3)).isEmpty();
        assertThat(KvPolicy.NONE.unfit(2, 3)).isEmpty();
        refused("ems:allocation=entropy/6", "must be one of uniform, pyramid, adaptive, global, entropy");
        refused("ems:allocation=entropy/2/2x3/59", "not \"entropy/2/2x3/59\"");
    }
}
