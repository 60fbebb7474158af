/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The program. {@link io.headwater.deploy.Main} is all there is here: it connects the process (streams, environment, signals) with
 * {@link io.headwater.deploy.cli.Cli}, which knows the commands. Nothing below this module reads the environment or system properties.
 */
@NullMarked
package io.headwater.deploy;

import org.jspecify.annotations.NullMarked;
