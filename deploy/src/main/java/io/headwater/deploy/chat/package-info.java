/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The command {@code chat}. Read {@link io.headwater.deploy.chat.ChatCommand} first, then {@code ChatLoop} (what a person types) and {@code
 * Conversation} (what the model is given).
 */
@NullMarked
package io.headwater.deploy.chat;

import org.jspecify.annotations.NullMarked;
