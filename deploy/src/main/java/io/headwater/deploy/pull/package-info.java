/* SPDX-License-Identifier: Apache-2.0 */
/** Commands about the models on this machine: pull and models. The work is in {@link io.headwater.deploy.models.ModelStore}. */
@NullMarked
package io.headwater.deploy.pull;

import org.jspecify.annotations.NullMarked;
