/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.model.kvcache.KvOptions;

/**
 * What a snapshot must fit.
 *
 * @param model fingerprint of the model that goes on with it
 * @param kv how the session's cache is kept
 * @param heads that are here
 * @param contextLength most tokens of a sequence here
 */
public record RestoreTarget(String model, KvOptions kv, HeadRange heads, int contextLength) {}
