/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.inspect;

import io.headwater.model.gguf.GgufTensor;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.Shard;
import io.headwater.model.shard.ShardPlan;
import io.headwater.model.shard.UnitRange;
import io.headwater.model.shard.Units;
import io.headwater.tensors.formats.TensorType;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;

/** All that is to be said about a model. The component names are the JSON's fields. */
record Inspection(
        String path,
        long fileBytes,
        int ggufVersion,
        String architecture,
        String name,
        LlamaConfig config,
        long parameters,
        long weightBytes,
        KvBytes kvBytesPerToken,
        Units units,
        List<NodeShare> plan,
        Map<TensorType, TypeSum> types,
        List<TensorLine> tensors) {

    /** Keys and values of one token over all layers, by the type they are kept in. */
    record KvBytes(long f32, long bf16) {}

    /** What one node would own. */
    record NodeShare(int node, List<Integer> headGroups, List<Integer> ffnUnits, List<Integer> vocabularyUnits) {}

    /** All tensors of a type. */
    record TypeSum(int tensors, long bytes) {}

    /** A tensor; shape in GGUF's order, fastest first. */
    record TensorLine(String name, TensorType type, List<Long> shape, long bytes) {}

    static Inspection of(LlamaModel model, String architecture, String name, Units units, ShardPlan plan) {
        List<GgufTensor> tensors = model.file().tensors();
        LlamaConfig config = model.config();
        long kvValues = 2L * config.nLayers() * config.kvDim();
        return new Inspection(
                model.file().path().toString(),
                model.file().byteSize(),
                model.file().version(),
                architecture,
                name,
                config,
                tensors.stream().mapToLong(Inspection::elements).sum(),
                tensors.stream().mapToLong(GgufTensor::byteSize).sum(),
                new KvBytes(kvValues * Float.BYTES, kvValues * Short.BYTES),
                units,
                shares(plan, units.headGroupsPerUnit()),
                types(tensors),
                tensors.stream()
                        .map(tensor -> new TensorLine(tensor.name(), tensor.type(), tensor.shape(), tensor.byteSize()))
                        .toList());
    }

    private static long elements(GgufTensor tensor) {
        return tensor.shape().stream().reduce(1L, Math::multiplyExact);
    }

    private static List<NodeShare> shares(ShardPlan plan, int headGroupsPerUnit) {
        return IntStream.range(0, plan.shards().size())
                .mapToObj(node -> {
                    Shard shard = plan.shards().get(node);
                    UnitRange heads = shard.headUnits();
                    return new NodeShare(
                            node,
                            IntStream.range(heads.from() * headGroupsPerUnit, heads.to() * headGroupsPerUnit)
                                    .boxed()
                                    .toList(),
                            list(shard.ffnUnits()),
                            list(shard.vocabularyUnits()));
                })
                .toList();
    }

    private static List<Integer> list(UnitRange range) {
        return IntStream.range(range.from(), range.to()).boxed().toList();
    }

    private static Map<TensorType, TypeSum> types(List<GgufTensor> tensors) {
        Map<TensorType, TypeSum> types = new TreeMap<>();
        for (GgufTensor tensor : tensors) {
            types.merge(
                    tensor.type(),
                    new TypeSum(1, tensor.byteSize()),
                    (a, b) -> new TypeSum(a.tensors() + b.tensors(), a.bytes() + b.bytes()));
        }
        return types;
    }
}
