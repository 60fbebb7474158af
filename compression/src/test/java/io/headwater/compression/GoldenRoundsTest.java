/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.compression.scores.EntryScores;
import io.headwater.compression.scores.Redundancy;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.kernels.QueryGroup;
import org.junit.jupiter.api.Test;

/** Policies that compress a growing cache again and again, against microsoft/G-KV: scores, state and exactly the same entries kept. */
class GoldenRoundsTest {
    private static final Kernels KERNELS = Kernels.scalar();

    @Test
    void gKvKeepsWhatItsAuthorsKeep() throws PolicyException {
        for (JsonNode c : Golden.cases("gkv")) {
            JsonNode s = c.get("settings");
            boolean redundancy = s.path("suppressing_redundancy").asBoolean(false);
            replay(
                    c,
                    "g-kv:window=" + s.get("window_size") + ",alpha=" + s.get("alpha") + ",smooth="
                            + s.path("smooth_method").asText("max") + ",pool=" + pool(s) + ",lambda="
                            + (redundancy ? s.get("mix_lambda").asText() : "1") + similarity(s));
        }
    }

    @Test
    void rKvKeepsWhatGkvsFormOfItKeeps() throws PolicyException {
        for (JsonNode c : Golden.cases("rkv")) {
            JsonNode s = c.get("settings");
            replay(
                    c,
                    "r-kv:window=" + s.get("window_size") + ",pool=" + pool(s) + ",lambda=" + s.get("mix_lambda")
                            + similarity(s));
        }
    }

    @Test
    void snapKvInDecodingKeepsWhatGkvsFormOfItKeeps() throws PolicyException {
        for (JsonNode c : Golden.cases("snapkv_decode")) {
            JsonNode s = c.get("settings");
            replay(c, "snapkv:window=" + s.get("window_size") + ",reduce=max,pool=" + pool(s));
        }
    }

    @Test
    void h2oAsSummedMemoryKeepsWhatGkvsFormOfItKeeps() throws PolicyException {
        for (JsonNode c : Golden.cases("h2o")) {
            boolean norm = !c.get("settings").path("disable_norm").asBoolean(false);
            replay(c, "g-kv:window=1,alpha=1,smooth=sum,lambda=1,normalise=" + (norm ? "on" : "off"));
        }
    }

    private static String pool(JsonNode settings) {
        return settings.path("enable_pooling").asBoolean(false)
                ? "max" + settings.path("kernel_size").asInt(5)
                : "none";
    }

    private static String similarity(JsonNode settings) {
        return ",similarity=" + (settings.path("triton_similarity").asBoolean(true) ? "latest" : "raw");
    }

    private static void replay(JsonNode c, String text) throws PolicyException {
        for (int h = 0; h < c.get("inputs").get("kv_heads").intValue(); h++) {
            replay(c, KvPolicy.parse(text), h);
        }
    }

    private static void replay(JsonNode c, KvPolicy policy, int h) {
        JsonNode inputs = c.get("inputs");
        KvLayout layout = Golden.layout(inputs);
        int group = Golden.groupSize(inputs);
        int capacity = inputs.get("keys").get(h).size();
        TestHead head = new TestHead(layout, capacity);
        HeadCompressor compressor =
                new HeadCompressor(policy, layout, group, capacity, KERNELS, TestRotation.interleaved(16));
        EntryScores scores = new EntryScores(layout, group, capacity, KERNELS, TestRotation.interleaved(16));
        int seen = 0;
        int round = 0;
        for (JsonNode step : c.get("outputs").get("steps")) {
            int tokens = step.get("tokens_seen").intValue();
            Golden.append(head, inputs.get("keys").get(h), inputs.path("values"), seen, tokens);
            head.window(Golden.window(inputs.get("window_queries").get(round), h, group), policy.window());
            if (seen == 0 && inputs.has("prompt_queries")) {
                startSums(c, head, h, group);
            }
            if (step.get("compressed").booleanValue()) {
                float[] got = new float[capacity];
                scores.of(policy).score(head, got);
                JsonNode want = step.get("selection_score").get(h);
                Golden.assertClose(got, 0, want.size(), want, policy + " round " + round);
                int[] kept = Golden.ints(step.get("kept_positions").get(h));
                compressor.compress(head, kept.length);
                assertThat(head.keptPositions()).as(policy + " round " + round).isEqualTo(kept);
                assertState(head, step.path("score_cache_after").path(h));
            }
            seen = tokens;
            round++;
        }
    }

    private static void startSums(JsonNode c, TestHead head, int h, int group) {
        float[] sums = GoldenOnceTest.columnSums(c, "prompt_queries", head, h, QueryGroup.max(group));
        Golden.assertClose(
                sums,
                0,
                sums.length,
                c.get("outputs").get("initial_score_cache").get(h),
                "column sums");
        for (int entry = 0; entry < sums.length; entry++) {
            head.state(0, entry, sums[entry]);
        }
    }

    private static void assertState(TestHead head, JsonNode want) {
        float[] got = new float[want.size()];
        for (int entry = 0; entry < got.length; entry++) {
            got[entry] = head.state(0, entry);
        }
        Golden.assertClose(got, 0, got.length, want, "state");
    }

    @Test
    void redundancyIsThatOfBothOfficialForms() {
        for (JsonNode c : Golden.cases("redundancy")) {
            JsonNode keys = c.get("inputs").get("keys");
            for (int h = 0; h < keys.size(); h++) {
                int n = keys.get(h).size();
                TestHead head = new TestHead(new KvLayout(16, KvType.F32), n);
                Golden.append(head, keys.get(h), c.path("none"), 0, n);
                float[] got = new float[n];
                for (boolean raw : new boolean[] {false, true}) {
                    new Redundancy(KERNELS, head.layout(), n, raw, 0.5f, 1).score(head, got);
                    JsonNode want = c.get("outputs").get(raw ? "redundancy_raw" : "redundancy_triton");
                    Golden.assertClose(got, 0, n, want.get(h), "raw=" + raw);
                }
            }
        }
    }
}
