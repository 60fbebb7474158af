/* SPDX-License-Identifier: Apache-2.0 */
/** Tests of several runtimes in one process. */
@NullMarked
package io.headwater.cluster.runtime;

import org.jspecify.annotations.NullMarked;
