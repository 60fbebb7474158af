/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import io.headwater.model.gguf.GgufTensor;
import io.headwater.model.llama.LayerTensor;
import io.headwater.model.llama.LlamaConfig;
import io.headwater.model.llama.LlamaModel;
import io.headwater.tensors.formats.Dequantizer;

/**
 * The llama architecture in plain f64, written from its papers and apart from the engine: all positions at once, no cache, no units,
 * weights dequantised, activations as they are. Slow and short, to be read beside {@link ForwardPass}.
 */
final class DoubleForward {
    private final LlamaModel model;
    private final LlamaConfig config;
    private final double[] frequencies;

    /** {@code frequencies}: radians per position of each pair of a head. */
    DoubleForward(LlamaModel model, double... frequencies) {
        this.model = model;
        this.config = model.config();
        this.frequencies = frequencies;
    }

    /** Logits {@code [tokens, vocabSize]}. */
    double[][] logits(int... tokens) {
        double[][] embedding = matrix(model.tokenEmbedding());
        double[][] x = new double[tokens.length][];
        for (int t = 0; t < tokens.length; t++) {
            x[t] = embedding[tokens[t]].clone();
        }
        for (int layer = 0; layer < config.nLayers(); layer++) {
            add(x, attention(layer, normed(x, model.tensor(layer, LayerTensor.ATTN_NORM))));
            add(x, mlp(layer, normed(x, model.tensor(layer, LayerTensor.FFN_NORM))));
        }
        return times(matrix(model.output()), normed(x, model.outputNorm()));
    }

    private double[][] attention(int layer, double[][] x) {
        double[][] q = times(matrix(model.tensor(layer, LayerTensor.WQ)), x);
        double[][] k = times(matrix(model.tensor(layer, LayerTensor.WK)), x);
        double[][] v = times(matrix(model.tensor(layer, LayerTensor.WV)), x);
        for (int t = 0; t < x.length; t++) {
            rotate(q[t], t);
            rotate(k[t], t);
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
        double[] weights = new double[visible];
        double sum = 0;
        for (int s = 0; s < visible; s++) {
            double dot = 0;
            for (int d = 0; d < headDim; d++) {
                dot += q[head * headDim + d] * k[s][kvHead * headDim + d];
            }
            weights[s] = Math.exp(dot / Math.sqrt(headDim));
            sum += weights[s];
        }
        for (int s = 0; s < visible; s++) {
            for (int d = 0; d < headDim; d++) {
                out[head * headDim + d] += weights[s] / sum * v[s][kvHead * headDim + d];
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
