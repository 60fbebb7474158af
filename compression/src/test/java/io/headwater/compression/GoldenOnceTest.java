/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.compression.allocation.BudgetLimits;
import io.headwater.compression.allocation.Contest;
import io.headwater.compression.allocation.HeadBudgets;
import io.headwater.compression.allocation.ScoreTable;
import io.headwater.compression.allocation.SharedBudgets;
import io.headwater.compression.scores.EntryScores;
import io.headwater.compression.scores.TopEntries;
import io.headwater.tensors.kernels.AttentionScratch;
import io.headwater.tensors.kernels.Kernels;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import io.headwater.tensors.kernels.QueryGroup;
import io.headwater.tensors.kernels.QueryRows;
import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Policies that compress a prompt once, against NVIDIA/kvpress and microsoft/G-KV: scores, and exactly the same entries kept. */
class GoldenOnceTest {
    private static final Kernels KERNELS = Kernels.scalar();

    @Test
    void snapKvKeepsWhatKvpressKeeps() throws PolicyException {
        for (JsonNode c : Golden.cases("snapkv")) {
            int window = c.get("settings").get("window_size").intValue();
            KvPolicy policy = KvPolicy.parse("snapkv:window=" + window + ",pool=" + averagePool(c));
            for (int h = 0; h < kvHeads(c); h++) {
                check(policy, c, h, withWindow(c, h), window);
            }
        }
    }

    @Test
    void keyDiffKeepsWhatKvpressKeeps() throws PolicyException {
        for (JsonNode c : Golden.cases("keydiff")) {
            for (int h = 0; h < kvHeads(c); h++) {
                check(KvPolicy.parse("keydiff"), c, h, Golden.head(c.get("inputs"), "keys", h), 0);
            }
        }
    }

    @Test
    void knormKeepsWhatKvpressKeeps() throws PolicyException {
        for (JsonNode c : Golden.cases("knorm")) {
            for (int h = 0; h < kvHeads(c); h++) {
                check(KvPolicy.parse("knorm"), c, h, Golden.head(c.get("inputs"), "keys", h), 0);
            }
        }
    }

    @Test
    void h2oPerQueryKeepsWhatKvpressObservedAttentionKeeps() throws PolicyException {
        for (JsonNode c : Golden.cases("observed_attention")) {
            for (int h = 0; h < kvHeads(c); h++) {
                TestHead head = Golden.head(c.get("inputs"), "keys", h);
                float[] sums = columnSums(c, "queries", head, h, QueryGroup.mean(Golden.groupSize(c.get("inputs"))));
                for (int entry = 0; entry < head.length(); entry++) {
                    head.columnSum(entry, sums[entry]);
                }
                check(KvPolicy.parse("h2o:recent-share=0,per-query=on"), c, h, head, 0);
            }
        }
    }

    /** Column sums of causal attention, by the kernels that a prefill uses. */
    static float[] columnSums(JsonNode c, String queries, TestHead head, int h, QueryGroup group) {
        JsonNode inputs = c.get("inputs");
        int n = head.length();
        int dim = head.layout().headDim();
        QueryRows rows =
                QueryRows.withoutValues(Golden.window(inputs.get(queries), h, group.size()), n * group.size(), 1);
        for (int row = 0; row < n * group.size(); row++) {
            rows.add(row * dim, row / group.size() + 1);
        }
        AttentionScratch scratch = new AttentionScratch(n * group.size(), head.layout());
        KERNELS.scores().totals(head, 0, rows, scratch);
        IntStream.range(0, rows.rows()).forEach(row -> KERNELS.scores().merge(rows, row));
        float[] sums = new float[n];
        KERNELS.scores().columns(head, 0, rows, group, scratch, sums);
        return sums;
    }

    @Test
    void expectedAttentionKeepsWhatKvpressKeeps() throws PolicyException {
        for (JsonNode c : Golden.cases("expected_attention")) {
            JsonNode settings = c.get("settings");
            JsonNode inputs = c.get("inputs");
            int n = inputs.get("n").intValue();
            int sinks = settings.path("n_sink").asInt(4);
            KvPolicy policy = KvPolicy.parse("expected-attention:window=" + n + ",sinks=" + sinks + ",future="
                    + settings.get("n_future_positions").intValue() + ",covariance="
                    + (settings.path("use_covariance").asBoolean(true) ? "on" : "off") + ",value-norm="
                    + (settings.path("use_vnorm").asBoolean(true) ? "on" : "off") + ",epsilon="
                    + settings.path("epsilon").asText("0"));
            TestRotation rotation =
                    new TestRotation(16, settings.get("rope_base").doubleValue(), true);
            int group = Golden.groupSize(inputs);
            for (int h = 0; h < kvHeads(c); h++) {
                TestHead head = Golden.head(inputs, "keys_postrope", h);
                float[] queries = Golden.window(inputs.get("queries_prerope"), h, group);
                for (int row = 0; row < n * group; row++) {
                    rotation.rotate(queries, row * 16, row / group);
                }
                head.window(queries, n);
                check(policy, c, h, head, rotation, sinks, n);
            }
        }
    }

    @Test
    void tovaOverALayersHeadsKeepsWhatKvpressKeeps() throws PolicyException {
        for (JsonNode c : Golden.cases("tova")) {
            JsonNode inputs = c.get("inputs");
            int n = inputs.get("n").intValue();
            float[] mean = new float[n];
            for (int h = 0; h < kvHeads(c); h++) { // kvpress takes one mean over the layer, we one per KV head
                float[] scores = scores(KvPolicy.parse("tova"), withWindow(c, h), inputs, TestRotation.interleaved(16));
                for (int i = 0; i < n; i++) {
                    mean[i] += scores[i] / kvHeads(c);
                }
            }
            mean[n - 1] = Float.POSITIVE_INFINITY;
            Golden.assertClose(mean, 0, n - 1, c.get("outputs").get("scores").get(0), "tova");
            int[] kept = new int[n];
            int budget = c.get("outputs").get("n_kept").intValue();
            new TopEntries(n).select(mean, n, budget, kept);
            assertThat(Arrays.copyOf(kept, budget))
                    .isEqualTo(Golden.ints(c.get("outputs").get("kept").get(0)));
        }
    }

    @Test
    void adaKvDividesALayersBudgetAsKvpressDoes() throws PolicyException {
        for (JsonNode c : Golden.cases("adakv")) {
            JsonNode inputs = c.get("inputs");
            JsonNode outputs = c.get("outputs");
            int window = c.get("settings").get("window_size").intValue();
            int n = inputs.get("n").intValue();
            KvPolicy policy = KvPolicy.parse("ada-kv:window=" + window + ",pool=" + averagePool(c));
            float[][] scores = new float[kvHeads(c)][];
            for (int h = 0; h < scores.length; h++) {
                scores[h] = scores(policy, withWindow(c, h), inputs, TestRotation.interleaved(16));
                Golden.assertClose(
                        scores[h], 0, n - window, outputs.get("scores").get(h), "ada-kv");
                Arrays.fill(scores[h], n - window, n, Float.POSITIVE_INFINITY);
            }

            int mean = outputs.get("n_kept_mean").intValue();
            BudgetLimits limits = new BudgetLimits(mean, outputs.get("n_safe").intValue(), n);
            ScoreTable table = new ScoreTable(Contest.adaptive(1, scores.length, limits), n);
            for (int h = 0; h < scores.length; h++) {
                int[] order = new int[n];
                new TopEntries(n).order(scores[h], 0, n, order);
                table.put(h, scores[h], order, n);
            }
            HeadBudgets budgets = SharedBudgets.of(table);
            int[] counts =
                    IntStream.range(0, scores.length).map(h -> budgets.of(0, h)).toArray();

            assertThat(counts).isEqualTo(Golden.ints(outputs.get("head_counts")));
            for (int h = 0; h < scores.length; h++) {
                TestHead head = withWindow(c, h);
                compressor(policy, inputs, TestRotation.interleaved(16)).compress(head, counts[h]);
                assertThat(head.keptPositions())
                        .isEqualTo(Golden.ints(outputs.get("kept").get(h)));
            }
        }
    }

    @Test
    void streamingLlmKeepsTheFirstAndTheLatest() throws PolicyException {
        for (String file : new String[] {"streamingllm", "streamingllm_ratio"}) {
            for (JsonNode c : Golden.cases(file)) {
                JsonNode inputs = c.get("inputs");
                int[] want = Golden.ints(c.get("outputs").get("kept"));
                int sinks = inputs.path("sinks").asInt(inputs.path("n_sink").asInt());
                KvLayout layout = new KvLayout(2, KvType.F32);
                int n = inputs.get("n").intValue();
                TestHead head = new TestHead(layout, n);
                for (int i = 0; i < n; i++) {
                    head.append(new float[2], new float[2], i);
                }
                KvPolicy policy = KvPolicy.parse("streaming-llm:sinks=" + sinks);
                new HeadCompressor(policy, layout, 1, n, KERNELS, TestRotation.interleaved(2))
                        .compress(head, want.length);
                assertThat(head.keptPositions()).isEqualTo(want);
            }
        }
    }

    private static String averagePool(JsonNode c) {
        int kernel = c.get("settings").path("kernel_size").asInt(5);
        return kernel == 1 ? "none" : "avg" + kernel;
    }

    private static int kvHeads(JsonNode c) {
        return c.get("inputs").get("kv_heads").intValue();
    }

    private static TestHead withWindow(JsonNode c, int h) {
        JsonNode inputs = c.get("inputs");
        TestHead head = Golden.head(inputs, "keys", h);
        JsonNode queries = inputs.get("queries");
        head.window(
                Golden.window(queries, h, Golden.groupSize(inputs)),
                queries.get(0).size());
        return head;
    }

    private static void check(KvPolicy policy, JsonNode c, int h, TestHead head, int window) {
        check(policy, c, h, head, TestRotation.interleaved(16), 0, head.length() - window);
    }

    private static void check(KvPolicy policy, JsonNode c, int h, TestHead head, Rotation rotation, int from, int to) {
        JsonNode outputs = c.get("outputs");
        float[] scores = scores(policy, head, c.get("inputs"), rotation);
        Golden.assertClose(
                scores,
                from,
                from == 0 ? to : head.length(),
                outputs.get("scores").get(h),
                policy.text());
        compressor(policy, c.get("inputs"), rotation)
                .compress(head, outputs.get("n_kept").intValue());
        assertThat(head.keptPositions())
                .as(policy + " head " + h)
                .isEqualTo(Golden.ints(outputs.get("kept").get(h)));
    }

    private static float[] scores(KvPolicy policy, TestHead head, JsonNode inputs, Rotation rotation) {
        float[] scores = new float[head.length()];
        new EntryScores(head.layout(), Golden.groupSize(inputs), head.length(), KERNELS, rotation)
                .of(policy)
                .score(head, scores);
        return scores;
    }

    private static HeadCompressor compressor(KvPolicy policy, JsonNode inputs, Rotation rotation) {
        int n = inputs.get("n").intValue();
        return new HeadCompressor(policy, Golden.layout(inputs), Golden.groupSize(inputs), n, KERNELS, rotation);
    }
}
