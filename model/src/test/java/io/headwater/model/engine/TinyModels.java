/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.testing.GgufFormat;
import io.headwater.testing.TinyModel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Named;

/** Models of every shape and format that the promises of DESIGN 5 are held against; each can be dealt out to at least 2 nodes. */
final class TinyModels {
    /** For {@code @MethodSource}. */
    static final String SHAPES = "io.headwater.model.engine.TinyModels#shapes";

    /** For {@code @MethodSource}. */
    static final String FORMATS = "io.headwater.model.engine.TinyModels#formats";

    private TinyModels() {}

    /** Head counts and sizes, ragged vocabularies, tied embeddings, rope scalings. */
    static List<Named<TinyModel>> shapes() {
        return List.of(
                Named.of(
                        "4:4 heads of 16, units of two, tied",
                        base().heads(4, 4).headDim(16).tied(true)),
                Named.of(
                        "9:3 heads of 64 as SmolLM2",
                        base().dim(96).ffnDim(160).heads(9, 3).headDim(64).vocabSize(1500)),
                Named.of(
                        "12:3 heads of 32",
                        base().ffnDim(256).heads(12, 3).headDim(32).vocabSize(1024)),
                Named.of(
                        "16:2 heads of 16, tied, linear rope",
                        base().heads(16, 2).headDim(16).tied(true).linearRope(4)),
                Named.of(
                        "32:2 heads of 16, more query heads than a worker's usual share of rows",
                        base().heads(32, 2).headDim(16)),
                Named.of(
                        "6:6 heads of 80, units of two",
                        base().heads(6, 6).headDim(80).vocabSize(2049)),
                Named.of(
                        "3:3 heads of 32, llama-3 rope by keys",
                        base().heads(3, 3).headDim(32).llama3RopeKeys(8)),
                Named.of(
                        "6:3 heads of 48, llama-3 rope by tensor",
                        base().heads(6, 3).headDim(48).llama3RopeTensor(8)));
    }

    /** Every format in all matrices, and the mixture of the default model. */
    static List<Named<TinyModel>> formats() {
        List<Named<TinyModel>> models = new ArrayList<>();
        for (GgufFormat format : GgufFormat.values()) {
            models.add(Named.of(format.name(), wide().format(format)));
        }
        models.add(Named.of(
                "Q4_1 with a tied Q8_0 embedding",
                wide().attention(GgufFormat.Q4_1)
                        .ffn(GgufFormat.Q4_1)
                        .embedding(GgufFormat.Q8_0)
                        .tied(true)));
        models.add(Named.of(
                "Q4_K with Q6_K output and norms of F16",
                wide().format(GgufFormat.Q4_K).output(GgufFormat.Q6_K).norms(GgufFormat.F16)));
        return models;
    }

    private static TinyModel base() {
        return TinyModel.create().contextLength(512);
    }

    /** Rows of 256 everywhere, as K formats need them; 2 head units that cut a super-block inside. */
    private static TinyModel wide() {
        return base().dim(256).ffnDim(256).heads(4, 2).headDim(64).vocabSize(1100);
    }
}
