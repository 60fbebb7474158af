/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Sessions: {@link io.headwater.sessions.session.Session} is the actor that owns one, {@link io.headwater.sessions.session.SessionState} what the log says
 * of it, {@link io.headwater.sessions.session.Sessions} the actor that has them all, {@link io.headwater.sessions.session.SessionService} the way in for HTTP.
 * {@link io.headwater.sessions.session.Following} stands for a session that another server owns.
 */
@NullMarked
package io.headwater.sessions.session;

import org.jspecify.annotations.NullMarked;
