/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Prompts as token ids: a conversation by the model's chat template, and what a new message adds to one. Read {@link
 * io.headwater.sessions.prompt.Prompts}; immutable, any thread.
 */
@NullMarked
package io.headwater.sessions.prompt;

import org.jspecify.annotations.NullMarked;
