/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.EngineStatistics;

/**
 * A request at work.
 *
 * @param before the engine's figures when it began
 * @param alone whether it began in an empty memory, which it has for itself
 */
record Running(Request request, Work work, EngineStatistics before, boolean alone) {}
