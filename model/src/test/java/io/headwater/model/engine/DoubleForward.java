/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.compression.entropy.PrefillStages;
import io.headwater.model.gguf.GgufTensor;
import io.headwater.model.llama.LayerTensor;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.LlamaModel;
import io.headwater.tensors.formats.Dequantizer;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/**
 * The llama architecture in plain f64, written from its papers and apart from the engine: all positions at once, no cache, no units,
 * weights dequantised, activations as they are. Slow and short, to be read beside {@link ForwardPass}.
 */
final class DoubleForward {
    private final LlamaModel model;
    private final LlamaConfig config;
    private final double[] frequencies;
    private int[] positions = {};
    /** What each token's query heads together paid to each token in the newest layer, {@code [tokens, tokens]}. */
    private double[][] weights = {};

    /** {@code frequencies}: radians per position of each pair of a head. */
    DoubleForward(LlamaModel model, double... frequencies) {
        this.model = model;
        this.config = model.config();
        this.frequencies = frequencies;
    }

    /** Logits {@code [tokens, vocabSize]}. */
    double[][] logits(int... tokens) {
        return logits(new PrefillStages(config.nLayers(), List.of()), 1, tokens.length, tokens);
    }

    /**
     * Logits of the tokens that are left after the last layer {@code [tokens left, vocabSize]}, the last ones those from {@code prompt} on, which every layer
     * reads: at the first layer of a stage the prompt goes on with those tokens that its last {@code window} ones attended to in the layer before.
     */
    double[][] logits(PrefillStages stages, int window, int prompt, int[] tokens) {
        double[][] embedding = matrix(model.tokenEmbedding());
        double[][] x = new double[tokens.length][];
        positions = IntStream.range(0, tokens.length).toArray();
        for (int t = 0; t < tokens.length; t++) {
            x[t] = embedding[tokens[t]].clone();
        }
        for (int stage = 0; stage < stages.count(); stage++) {
            x = stage == 0 ? x : kept(x, stages.kept(stage, prompt), window, tokens.length - prompt);
            for (int layer = stages.firstLayer(stage); layer < stages.endLayer(stage); layer++) {
                add(x, attention(layer, normed(x, model.tensor(layer, LayerTensor.ATTN_NORM))));
                add(x, mlp(layer, normed(x, model.tensor(layer, LayerTensor.FFN_NORM))));
            }
        }
        return times(matrix(model.output()), normed(x, model.outputNorm()));
    }

    /** Positions that the last stage has read. */
    int[] positions() {
        return positions.clone();
    }

    /** The rows that go on: the best {@code count} of the prompt's, its last ones among them, and those after the prompt. */
    private double[][] kept(double[][] x, int count, int window, int after) {
        int prompt = x.length - after;
        double[] paid = new double[prompt];
        for (int query = prompt - window; query < prompt; query++) {
            for (int t = 0; t <= query; t++) {
                paid[t] += weights[query][t];
            }
        }
        int[] kept = IntStream.range(0, x.length)
                .boxed()
                .sorted(Comparator.comparingDouble(
                                (Integer t) -> t < prompt - window ? paid[t] : Double.POSITIVE_INFINITY)
                        .reversed())
                .limit(count + after)
                .mapToInt(Integer::intValue)
                .sorted()
                .toArray();
        int[] left = positions;
        positions = IntStream.of(kept).map(t -> left[t]).toArray();
        return IntStream.of(kept).mapToObj(t -> x[t]).toArray(double[][]::new);
    }

    private double[][] attention(int layer, double[][] x) {
        weights = new double[x.length][x.length];
        double[][] q = times(matrix(model.tensor(layer, LayerTensor.WQ)), x);
        double[][] k = times(matrix(model.tensor(layer, LayerTensor.WK)), x);
        double[][] v = times(matrix(model.tensor(layer, LayerTensor.WV)), x);
        for (int t = 0; t < x.length; t++) {
            rotate(q[t], positions[t]);
            rotate(k[t], positions[t]);
        }
        double[][] out = new double[x.length][config.queryDim()];
        for (int t = 0; t < x.length; t++) {
            for (int head = 0; head < config.nHeads(); head++) {
                int kvHead = head * config.nKvHeads() / config.nHeads();
                attend(q[t], head, k, v, kvHead, t + 1, out[t]);
            }
        }
        return times(matrix(model.tensor(layer, LayerTensor.WO)), out);
    }

    private void attend(double[] q, int head, double[][] k, double[][] v, int kvHead, int visible, double[] out) {
        int headDim = config.headDim();
        double[] e = new double[visible];
        double sum = 0;
        for (int s = 0; s < visible; s++) {
            double dot = 0;
            for (int d = 0; d < headDim; d++) {
                dot += q[head * headDim + d] * k[s][kvHead * headDim + d];
            }
            e[s] = Math.exp(dot / Math.sqrt(headDim));
            sum += e[s];
        }
        for (int s = 0; s < visible; s++) {
            weights[visible - 1][s] += e[s] / sum;
            for (int d = 0; d < headDim; d++) {
                out[head * headDim + d] += e[s] / sum * v[s][kvHead * headDim + d];
            }
        }
    }

    private double[][] mlp(int layer, double[][] x) {
        double[][] gate = times(matrix(model.tensor(layer, LayerTensor.W_GATE)), x);
        double[][] up = times(matrix(model.tensor(layer, LayerTensor.W_UP)), x);
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < config.ffnDim(); i++) {
                gate[t][i] *= up[t][i] / (1 + Math.exp(-gate[t][i]));
            }
        }
        return times(matrix(model.tensor(layer, LayerTensor.W_DOWN)), gate);
    }

    /** A vector of heads, each turned as complex numbers (x[2i], x[2i + 1]). */
    private void rotate(double[] x, int position) {
        for (int at = 0; at < x.length; at += 2) {
            double angle = position * frequencies[at % config.headDim() / 2];
            double re = x[at];
            double im = x[at + 1];
            x[at] = re * Math.cos(angle) - im * Math.sin(angle);
            x[at + 1] = re * Math.sin(angle) + im * Math.cos(angle);
        }
    }

    private double[][] normed(double[][] x, GgufTensor weight) {
        double[] w = matrix(weight)[0];
        double[][] out = new double[x.length][config.dim()];
        for (int t = 0; t < x.length; t++) {
            double squares = 0;
            for (double value : x[t]) {
                squares += value * value;
            }
            double scale = 1 / Math.sqrt(squares / config.dim() + config.rmsNormEps());
            for (int i = 0; i < config.dim(); i++) {
                out[t][i] = x[t][i] * scale * w[i];
            }
        }
        return out;
    }

    private static void add(double[][] x, double[][] contribution) {
        for (int t = 0; t < x.length; t++) {
            for (int i = 0; i < x[t].length; i++) {
                x[t][i] += contribution[t][i];
            }
        }
    }

    /** {@code [tokens, rows]}. */
    private static double[][] times(double[][] w, double[][] x) {
        double[][] y = new double[x.length][w.length];
        for (int t = 0; t < x.length; t++) {
            for (int row = 0; row < w.length; row++) {
                for (int i = 0; i < x[t].length; i++) {
                    y[t][row] += w[row][i] * x[t][i];
                }
            }
        }
        return y;
    }

    /** {@code [rows, columns]}. */
    private double[][] matrix(GgufTensor tensor) {
        int columns = Math.toIntExact(tensor.columns());
        double[][] rows = new double[Math.toIntExact(tensor.rows())][columns];
        float[] values = new float[columns];
        for (int row = 0; row < rows.length; row++) {
            Dequantizer.row(tensor.type(), model.data(tensor), row * tensor.rowBytes(), columns, values, 0);
            for (int i = 0; i < columns; i++) {
                rows[row][i] = values[i];
            }
        }
        return rows;
    }
}
