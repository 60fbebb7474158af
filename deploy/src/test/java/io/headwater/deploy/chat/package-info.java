/* SPDX-License-Identifier: Apache-2.0 */
/** {@code chat}: what is typed, and what the model is given for it. */
@NullMarked
package io.headwater.deploy.chat;

import org.jspecify.annotations.NullMarked;
