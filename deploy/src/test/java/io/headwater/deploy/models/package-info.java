/* SPDX-License-Identifier: Apache-2.0 */
/** Pulling from a server of the test's own, on a disk that may be full; {@link io.headwater.deploy.models.FileServer} is the server. */
@NullMarked
package io.headwater.deploy.models;

import org.jspecify.annotations.NullMarked;
