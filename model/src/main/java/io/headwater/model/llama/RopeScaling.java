/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.llama;

import java.util.List;

/** How rotary frequencies are stretched for contexts longer than the model was first trained on. */
public sealed interface RopeScaling {
    /** Number by which the frequency of pair {@code pair} ({@code [0, dimensionCount / 2)}) is divided. */
    float divisor(int pair);

    /** Frequencies as they are. */
    record None() implements RopeScaling {
        @Override
        public float divisor(int pair) {
            return 1f;
        }
    }

    /** Positions divided by {@code factor}, which is the same as all frequencies divided by it. */
    record Linear(float factor) implements RopeScaling {
        @Override
        public float divisor(int pair) {
            return factor;
        }
    }

    /** Llama 3.1: low frequencies are divided, high ones kept. {@code divisors} has an entry for each pair. */
    record Llama3(List<Float> divisors) implements RopeScaling {
        public Llama3 {
            divisors = List.copyOf(divisors);
        }

        @Override
        public float divisor(int pair) {
            return divisors.get(pair);
        }
    }
}
