/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.shard;

/** What one node owns, over all layers. */
public record Shard(UnitRange headUnits, UnitRange ffnUnits, UnitRange vocabularyUnits) {}
