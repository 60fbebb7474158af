/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The llama architecture as a GGUF file stores it: configuration, names and shapes of the tensors, both checked against each other
 * when a model is opened. No arithmetic. Read {@link LlamaModel} first.
 */
@NullMarked
package io.headwater.model.llama;

import org.jspecify.annotations.NullMarked;
