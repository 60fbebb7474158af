/* SPDX-License-Identifier: Apache-2.0 */
/** The command line as a user meets it; {@link io.headwater.deploy.cli.TestConsole} runs it inside the test. */
@NullMarked
package io.headwater.deploy.cli;

import org.jspecify.annotations.NullMarked;
