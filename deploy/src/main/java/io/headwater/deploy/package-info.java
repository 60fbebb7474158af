/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The program. {@link io.headwater.deploy.Main} connects the process (streams, environment, signals) with {@link io.headwater.deploy.cli.Cli},
 * {@link io.headwater.deploy.Commands} lists what it can do. Packages below: {@code cli} is what all commands share, {@code models} where
 * models come from, the others hold a command or a family of them. Nothing below this module reads the environment or system properties.
 */
@NullMarked
package io.headwater.deploy;

import org.jspecify.annotations.NullMarked;
