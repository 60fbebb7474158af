/* SPDX-License-Identifier: Apache-2.0 */
/** {@code headwater calibrate}: measures what {@code uncomp} and {@code allocation=entropy} have to know of a model. Runs on the command's thread. */
@NullMarked
package io.headwater.deploy.calibrate;

import org.jspecify.annotations.NullMarked;
