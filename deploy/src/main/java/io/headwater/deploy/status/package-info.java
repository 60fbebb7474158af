/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a cluster does at this moment: {@code ClusterReport} is its JSON form, {@code StatusServer} serves it on nodes with role gateway, the
 * command {@code status} asks one of them. The server runs on the actor system's dispatchers, the command on the main thread.
 */
@NullMarked
package io.headwater.deploy.status;

import org.jspecify.annotations.NullMarked;
