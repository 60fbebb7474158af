/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the tests of all modules share, as test-scope dependency: {@link io.headwater.testing.TinyModel}, a whole random model that a test
 * writes itself, over {@link io.headwater.testing.GgufWriter}, which writes any GGUF file, wrong ones too;
 * {@link io.headwater.testing.RealModel}; {@link io.headwater.testing.PostgresServer}; and {@link
 * io.headwater.testing.AllocatorExtension} for every test that allocates native memory. Uses none of our other modules, so that it cannot share their mistakes.
 */
@NullMarked
package io.headwater.testing;

import org.jspecify.annotations.NullMarked;
