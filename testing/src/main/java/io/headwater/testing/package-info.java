/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What the tests of all modules share, as test-scope dependency: fixtures, and {@link io.headwater.testing.AllocatorExtension} for
 * every test that allocates native memory. Uses none of our other modules.
 */
@NullMarked
package io.headwater.testing;

import org.jspecify.annotations.NullMarked;
