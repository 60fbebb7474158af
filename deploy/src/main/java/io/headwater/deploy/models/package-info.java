/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The models on this machine and where more come from. Read {@link io.headwater.deploy.models.ModelStore} first: a name
 * ({@link io.headwater.deploy.models.ModelName}) becomes a file under its final name, or nothing does. A file is written as
 * {@code NAME.part}, checked, and then moved in one step. Everything runs on the caller's thread.
 */
@NullMarked
package io.headwater.deploy.models;

import org.jspecify.annotations.NullMarked;
