/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.headwater.tensors.kernels.KvLayout;
import io.headwater.tensors.kernels.KvType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/** Cases computed by the methods' official code; {@code source} and {@code format} in each file say which and how. */
public final class Golden {
    public static final float TOLERANCE = 1e-5f;

    private Golden() {}

    public static List<JsonNode> cases(String file) {
        try (InputStream in = Golden.class.getResourceAsStream("/golden/" + file + ".json")) {
            List<JsonNode> cases = new ArrayList<>();
            new ObjectMapper().readTree(in).get("cases").forEach(cases::add);
            assertThat(cases).isNotEmpty();
            return cases;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    public static float[] floats(JsonNode array) {
        float[] values = new float[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = (float) array.get(i).doubleValue();
        }
        return values;
    }

    public static int[] ints(JsonNode array) {
        int[] values = new int[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).intValue();
        }
        return values;
    }

    public static double[] doubles(JsonNode array) {
        double[] values = new double[array.size()];
        for (int i = 0; i < values.length; i++) {
            values[i] = array.get(i).doubleValue();
        }
        return values;
    }

    static KvLayout layout(JsonNode inputs) {
        return new KvLayout(inputs.get("dim").intValue(), KvType.F32);
    }

    static int groupSize(JsonNode inputs) {
        return inputs.get("q_heads").intValue() / inputs.get("kv_heads").intValue();
    }

    /** A head that holds tokens [from, to) of {@code keys[t][d]}; values are zero where there are none. */
    static void append(TestHead head, JsonNode keys, JsonNode values, int from, int to) {
        for (int t = from; t < to; t++) {
            float[] key = floats(keys.get(t));
            head.append(key, values.isMissingNode() ? new float[key.length] : floats(values.get(t)), t);
        }
    }

    static TestHead head(JsonNode inputs, String keys, int kvHead) {
        int n = inputs.get("n").intValue();
        TestHead head = new TestHead(layout(inputs), n);
        append(head, inputs.get(keys).get(kvHead), inputs.path("values").path(kvHead), 0, n);
        return head;
    }

    /** The group's queries {@code [w, group, dim]}, scaled, of {@code queries[qh][w][d]}. */
    static float[] window(JsonNode queries, int kvHead, int group) {
        int rows = queries.get(0).size();
        int dim = queries.get(0).get(0).size();
        float[] out = new float[rows * group * dim];
        for (int row = 0; row < rows; row++) {
            for (int member = 0; member < group; member++) {
                float[] q = floats(queries.get(kvHead * group + member).get(row));
                for (int d = 0; d < dim; d++) {
                    out[(row * group + member) * dim + d] = q[d] * (float) (1 / Math.sqrt(dim));
                }
            }
        }
        return out;
    }

    static void assertClose(float[] got, int from, int to, JsonNode want, String what) {
        for (int i = from; i < to; i++) {
            assertThat(got[i])
                    .as("%s, entry %d", what, i)
                    .isCloseTo((float) want.get(i).doubleValue(), within(TOLERANCE));
        }
    }
}
