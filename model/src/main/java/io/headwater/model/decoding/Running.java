/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.model.engine.EngineStatistics;

/** A request at work, and the engine's figures when it began. */
record Running(Request request, Work work, EngineStatistics before) {}
