/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a client has been told, for ever: the durable token log ({@code log}), streams that read it ({@code stream}), prompts ({@code prompt}), the
 * way to the decode loop ({@code decode}) and the session that brings them together ({@code session}, read {@code Session} first).
 */
@NullMarked
package io.headwater.sessions;

import org.jspecify.annotations.NullMarked;
