/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.inspect;

import io.headwater.deploy.inspect.Inspection.NodeShare;
import io.headwater.model.llama.LlamaConfig;
import java.util.List;
import java.util.Locale;

/** An inspection for people. */
final class InspectionPage {
    private final StringBuilder page = new StringBuilder();

    private InspectionPage() {}

    static String of(Inspection inspection) {
        InspectionPage page = new InspectionPage();
        page.model(inspection);
        page.sizes(inspection);
        page.plan(inspection);
        return page.page.toString();
    }

    private void model(Inspection inspection) {
        LlamaConfig config = inspection.config();
        line(
                "model",
                String.format(
                        Locale.ROOT,
                        "%s (%s, GGUF v%d)",
                        inspection.name(),
                        inspection.architecture(),
                        inspection.ggufVersion()));
        line("file", inspection.path());
        line(
                "layers",
                String.format(Locale.ROOT, "%d × dim %d, ffn %d", config.nLayers(), config.dim(), config.ffnDim()));
        line(
                "heads",
                String.format(
                        Locale.ROOT,
                        "%d query, %d KV, headDim %d",
                        config.nHeads(),
                        config.nKvHeads(),
                        config.headDim()));
        line(
                "vocabulary",
                String.format(
                        Locale.ROOT,
                        "%d tokens, %s embeddings",
                        config.vocabSize(),
                        config.tiedEmbeddings() ? "tied" : "untied"));
        line(
                "context",
                String.format(
                        Locale.ROOT,
                        "%d tokens, rope theta %.0f",
                        config.contextLength(),
                        config.rope().theta()));
    }

    private void sizes(Inspection inspection) {
        line(
                "weights",
                String.format(
                        Locale.ROOT,
                        "%.1f M parameters, %.1f MB",
                        inspection.parameters() / 1e6,
                        inspection.weightBytes() / 1e6));
        inspection
                .types()
                .forEach((type, sum) -> line(
                        "",
                        String.format(
                                Locale.ROOT, "%-5s %4d tensors %9.1f MB", type, sum.tensors(), sum.bytes() / 1e6)));
        line(
                "KV per token",
                String.format(
                        Locale.ROOT,
                        "%d bytes in bf16, %d in f32",
                        inspection.kvBytesPerToken().bf16(),
                        inspection.kvBytesPerToken().f32()));
    }

    private void plan(Inspection inspection) {
        line(
                "units",
                String.format(
                        Locale.ROOT,
                        "%d of head groups (%d each), %d of the FFN (%d columns), %d of the vocabulary",
                        inspection.units().headUnits(),
                        inspection.units().headGroupsPerUnit(),
                        inspection.units().ffnUnits(),
                        inspection.units().ffnUnitColumns(),
                        inspection.units().vocabularyUnits()));
        for (NodeShare node : inspection.plan()) {
            line(
                    "node " + node.node(),
                    String.format(
                            Locale.ROOT,
                            "head groups %s, FFN units %s, vocabulary units %s",
                            range(node.headGroups()),
                            range(node.ffnUnits()),
                            range(node.vocabularyUnits())));
        }
    }

    private static String range(List<Integer> units) {
        if (units.isEmpty()) {
            return "none";
        }
        return units.size() == 1 ? units.getFirst().toString() : units.getFirst() + "–" + units.getLast();
    }

    private void line(String label, String text) {
        page.append(String.format(Locale.ROOT, "%-13s ", label)).append(text).append('\n');
    }
}
