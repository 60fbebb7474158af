/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.tensors.kernels;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import jdk.incubator.vector.VectorShape;
import org.junit.jupiter.api.Named;

/** The vector providers that this CPU runs; one that is wider than its vectors is left out with a line that says so. */
final class Providers {
    /** For {@code @MethodSource}: each provider by name. */
    static final String HERE = "io.headwater.tensors.kernels.Providers#here";

    private static final List<Named<Kernels>> PROVIDERS = find();

    private Providers() {}

    static List<Named<Kernels>> here() {
        return PROVIDERS;
    }

    private static List<Named<Kernels>> find() {
        List<Named<Kernels>> found = new ArrayList<>();
        add(found, 512, io.headwater.tensors.kernels.vector512.VectorKernels::create);
        add(found, 256, io.headwater.tensors.kernels.vector256.VectorKernels::create);
        add(found, 128, io.headwater.tensors.kernels.vector128.VectorKernels::create);
        if (found.isEmpty()) {
            throw new AssertionError("no vector provider runs here: preferred shape " + VectorShape.preferredShape());
        }
        return List.copyOf(found);
    }

    private static void add(List<Named<Kernels>> found, int bits, Supplier<Kernels> create) {
        int widest = VectorShape.preferredShape().vectorBitSize();
        if (bits > widest) {
            System.out.println("NOT TESTED: provider vector" + bits + ", this CPU's vectors have " + widest + " bits");
            return;
        }
        Kernels kernels = create.get();
        found.add(Named.of(kernels.name(), kernels));
    }
}
