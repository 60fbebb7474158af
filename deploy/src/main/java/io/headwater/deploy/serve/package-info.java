/* SPDX-License-Identifier: Apache-2.0 */
/**
 * {@code headwater serve}: {@link io.headwater.deploy.serve.ServeCommand} loads the model, {@link io.headwater.deploy.serve.Server} puts log, sessions and HTTP
 * together and takes them apart again. Used by the command's thread.
 */
@NullMarked
package io.headwater.deploy.serve;

import org.jspecify.annotations.NullMarked;
