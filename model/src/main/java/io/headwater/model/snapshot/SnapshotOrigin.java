/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

/**
 * What the writer knows of where a snapshot belongs; the engine does not look into it.
 *
 * @param model fingerprint of the model file
 * @param session name of the session
 * @param logOffset of the session's token log, up to which the cache has read
 */
public record SnapshotOrigin(String model, String session, long logOffset) {}
