/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.gguf;

import io.headwater.tensors.formats.TensorType;
import java.util.Arrays;
import java.util.stream.Collectors;

/** Names GGML's types that Headwater does not read, so that the message tells users which file they have. */
final class UnsupportedTypes {
    private UnsupportedTypes() {}

    static String problem(String tensor, int number) {
        String supported =
                Arrays.stream(TensorType.values()).map(TensorType::name).collect(Collectors.joining(", "));
        return "tensor " + tensor + " has type " + Integer.toUnsignedString(number) + " (" + name(number)
                + "), which is not supported: use a file with " + supported;
    }

    private static String name(int number) {
        return switch (number) {
            case 9 -> "Q8_1";
            case 10 -> "Q2_K";
            case 11 -> "Q3_K";
            case 15 -> "Q8_K";
            case 16 -> "IQ2_XXS";
            case 17 -> "IQ2_XS";
            case 18 -> "IQ3_XXS";
            case 19 -> "IQ1_S";
            case 20 -> "IQ4_NL";
            case 21 -> "IQ3_S";
            case 22 -> "IQ2_S";
            case 23 -> "IQ4_XS";
            case 24 -> "I8";
            case 25 -> "I16";
            case 26 -> "I32";
            case 27 -> "I64";
            case 28 -> "F64";
            case 29 -> "IQ1_M";
            case 34 -> "TQ1_0";
            case 35 -> "TQ2_0";
            case 39 -> "MXFP4";
            default -> "unknown";
        };
    }
}
