/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.actors.plan.ClusterStatus;
import io.headwater.deploy.metrics.ServerMeters;
import io.headwater.sessions.session.SessionService;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;

/**
 * What the API answers from.
 *
 * @param status of the nodes that decode
 * @param workers on which requests are read and answered
 */
public record ApiParts(
        SessionService sessions,
        ServedModel model,
        Supplier<CompletionStage<ClusterStatus>> status,
        ServerMeters meters,
        Executor workers) {}
