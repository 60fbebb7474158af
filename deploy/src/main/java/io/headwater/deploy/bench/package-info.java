/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The command {@code bench}: how fast this machine decodes a model, and what the machine could do. Read {@link
 * io.headwater.deploy.bench.BenchCommand} first, then {@code BenchRun} (what is measured) and {@code MemoryBandwidth} (the limit).
 */
@NullMarked
package io.headwater.deploy.bench;

import org.jspecify.annotations.NullMarked;
