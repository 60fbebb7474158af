/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.session;

import io.headwater.sessions.log.SessionEvent.ModelIdentity;
import java.time.Duration;

/**
 * What all sessions of a server have in common.
 *
 * @param model by which new sessions are computed
 * @param contextLength positions that a session may have
 * @param idle an idle session gives up its cache after this, and its memory if nobody subscribes
 * @param resumeGrace a plain completion to which nobody subscribes is cancelled after this
 * @param retry an answer that has begun and finds no room or no plan ends after this
 */
public record SessionSettings(
        ModelIdentity model, int contextLength, Duration idle, Duration resumeGrace, Duration retry) {}
