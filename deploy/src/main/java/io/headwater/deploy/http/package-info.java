/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The HTTP API: {@link io.headwater.deploy.http.ApiServer} listens, {@link io.headwater.deploy.http.ApiRouter} finds the route, routes read a request's
 * fields and ask the sessions, {@link io.headwater.deploy.http.ServerSentEvents} writes streams. Runs on the actor system's dispatchers and on the
 * API's own worker threads; nothing here waits.
 */
@NullMarked
package io.headwater.deploy.http;

import org.jspecify.annotations.NullMarked;
