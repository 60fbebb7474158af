/* SPDX-License-Identifier: Apache-2.0 */
/** {@code headwater inspect}: what a model file holds and how it would be dealt out. Read {@link io.headwater.deploy.inspect.Inspection} first. */
@NullMarked
package io.headwater.deploy.inspect;

import org.jspecify.annotations.NullMarked;
