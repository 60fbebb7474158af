/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.decode.DecodeDesk;
import io.headwater.sessions.log.TokenLog;
import io.headwater.sessions.prompt.Prompts;
import java.util.concurrent.Executor;

/**
 * What sessions work with.
 *
 * @param worker renders and tokenises
 */
public record SessionParts(TokenLog log, DecodeDesk desk, Prompts prompts, Executor worker, SessionSettings settings) {}
