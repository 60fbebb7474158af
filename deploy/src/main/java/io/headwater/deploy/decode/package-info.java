/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What all commands that decode have in common. {@link io.headwater.deploy.decode.DecodeFlags} turns options into a {@link
 * io.headwater.deploy.decode.LoadedModel}: read it first. Its client takes requests; {@link io.headwater.deploy.decode.AskedAnswer} and {@link
 * io.headwater.deploy.decode.AskedScore} hear what becomes of them. {@link io.headwater.deploy.decode.ChatFormat} makes prompts of messages.
 * Everything runs on the command's thread; only a {@link io.headwater.deploy.decode.Cancellation} is touched by the signal's.
 */
@NullMarked
package io.headwater.deploy.decode;

import org.jspecify.annotations.NullMarked;
