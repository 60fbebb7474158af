/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.llama;

import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufFile;
import io.headwater.model.gguf.GgufMetadata;
import io.headwater.model.gguf.GgufTensor;
import io.headwater.tensors.formats.Dequantizer;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/**
 * Reads the {@code llama.rope.*} keys. Llama 3 scaling comes either as a tensor of divisors, as llama.cpp's converter writes it, or as
 * the numbers of Hugging Face's configuration ({@code llama.rope.scaling.type = llama3}).
 */
final class RopeReader {
    private static final String SCALING = "llama.rope.scaling.";
    private final GgufFile file;
    private final GgufMetadata metadata;

    RopeReader(GgufFile file) {
        this.file = file;
        this.metadata = file.metadata();
    }

    /** {@code headDim} is even. */
    RopeConfig read(int headDim) throws GgufException {
        String countKey = "llama.rope.dimension_count";
        long count = metadata.integer(countKey).orElse(headDim);
        if (count < 2 || count > headDim || count % 2 != 0) {
            throw problem(countKey + "=" + count + " is not an even number in [2, headDim=" + headDim + "]");
        }
        float theta = positive("llama.rope.freq_base", 10000);
        return new RopeConfig(theta, (int) count, scaling(theta, (int) count));
    }

    private RopeScaling scaling(float theta, int count) throws GgufException {
        String type =
                metadata.string(SCALING + "type").orElse("linear"); // llama.cpp's default; harmless without a factor
        return switch (type) {
            case "none" -> scaledBy(1f, count);
            case "linear" -> scaledBy(linearFactor(), count);
            case "llama3" -> {
                GgufTensor tensor = file.tensor(LlamaModel.ROPE_FREQS).orElse(null);
                yield new RopeScaling.Llama3(tensor == null ? divisors(theta, count) : divisors(tensor, count, 1f));
            }
            default -> throw problem(SCALING + "type=" + type + " is not supported (none, linear and llama3 are)");
        };
    }

    private RopeScaling scaledBy(float factor, int count) throws GgufException {
        GgufTensor tensor = file.tensor(LlamaModel.ROPE_FREQS).orElse(null);
        if (tensor != null) {
            return new RopeScaling.Llama3(divisors(tensor, count, factor));
        }
        return factor == 1f ? new RopeScaling.None() : new RopeScaling.Linear(factor);
    }

    /** Old files write {@code llama.rope.scale_linear}; 0 stands for none. */
    private float linearFactor() throws GgufException {
        String key = metadata.keys().contains(SCALING + "factor") ? SCALING + "factor" : "llama.rope.scale_linear";
        return metadata.number(key).orElse(0) == 0 ? 1f : positive(key, 1);
    }

    private List<Float> divisors(GgufTensor tensor, int count, float factor) throws GgufException {
        if (!tensor.shape().equals(List.of(count / 2L)) || tensor.type().quantised()) {
            throw problem(tensor.name() + " is " + tensor.type() + " " + tensor.shape() + ", expected F32 [" + count / 2
                    + "] (half of llama.rope.dimension_count)");
        }
        float[] values = new float[count / 2];
        Dequantizer.row(tensor.type(), file.data(tensor), 0, values.length, values, 0);
        List<Float> divisors = new ArrayList<>();
        for (float value : values) {
            if (!(value > 0 && value * factor < Float.POSITIVE_INFINITY)) {
                throw problem(tensor.name() + " has the divisor " + value);
            }
            divisors.add(value * factor);
        }
        return divisors;
    }

    /** As in transformers' {@code _compute_llama3_parameters}: long waves are divided, short ones kept, a ramp between. */
    private List<Float> divisors(float theta, int count) throws GgufException {
        double factor = positive(SCALING + "factor", 8);
        double low = positive(SCALING + "low_freq_factor", 1);
        double high = positive(SCALING + "high_freq_factor", 4);
        double original = positive(SCALING + "original_context_length", 8192);
        if (high <= low) {
            throw problem(SCALING + "high_freq_factor=" + high + " is not above low_freq_factor=" + low);
        }
        List<Float> divisors = new ArrayList<>();
        for (int pair = 0; pair < count / 2; pair++) {
            double wave = 2 * Math.PI * StrictMath.pow(theta, 2.0 * pair / count);
            double kept = Math.clamp((original / wave - low) / (high - low), 0.0, 1.0);
            divisors.add((float) (1 / ((1 - kept) / factor + kept)));
        }
        return divisors;
    }

    private float positive(String key, float otherwise) throws GgufException {
        OptionalDouble value = metadata.number(key);
        float number = (float) value.orElse(otherwise);
        if (!(number > 0 && number < Float.POSITIVE_INFINITY)) {
            throw problem(key + "=" + number + " is not a positive number");
        }
        return number;
    }

    private GgufException problem(String problem) {
        return new GgufException(file.path(), problem + ": the file is damaged or of an unknown kind, fetch another");
    }
}
