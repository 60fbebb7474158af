/* SPDX-License-Identifier: Apache-2.0 */
/**
 * The command line. Read {@link io.headwater.deploy.cli.Cli} first: it parses, and turns what a command throws into
 * one line and an exit code. Everything runs on the main thread.
 *
 * <h2>How a command is added</h2>
 *
 * <ol>
 *   <li>Write {@code final class FooCommand implements Callable<Integer>} in a package of its own beside this one (commands use this package, never the other way round), annotated
 *       {@code @Command(name = "foo", description = "…")}, with a constructor that takes what it needs, {@link
 *       io.headwater.deploy.cli.Console} first. Streams, environment and working directory come from there only, so a test can run it.
 *   <li>Take common options as fields: {@code @Mixin private final OutputFlags output = new OutputFlags();} gives {@code --json},
 *       {@code -q}, {@code -v}; likewise {@link io.headwater.deploy.cli.ModelFlags} ({@code -m}), {@link
 *       io.headwater.deploy.cli.EngineFlags} ({@code --threads}, …), {@link
 *       io.headwater.deploy.cli.ClusterFlags} ({@code --nodes}, …), {@link io.headwater.deploy.cli.SamplingFlags} and
 *       {@link io.headwater.deploy.cli.KvFlags}.
 *   <li>Add one line to {@code io.headwater.deploy.Commands}; {@code --help} comes by itself.
 *   <li>{@code call()} returns {@link io.headwater.deploy.cli.ExitCode#DONE}. What the user got wrong is a {@link
 *       io.headwater.deploy.cli.UserError} (exit 2), work that failed a {@link io.headwater.deploy.cli.WorkFailed} (exit 1), a cluster that cannot serve {@link io.headwater.deploy.cli.Unavailable} (exit 3); all carry one
 *       line that says what, where and what to do. Anything else that is thrown is a bug and says so.
 *   <li>Results go to {@code console.out()} (flush what a person should see now), progress and notes to {@code console.err()}, one JSON
 *       value through {@link io.headwater.deploy.cli.Json}.
 *   <li>Test it through {@code TestConsole}: {@code TestConsole.run("foo", "--json")} gives exit code, output and errors.
 * </ol>
 */
@NullMarked
package io.headwater.deploy.cli;

import org.jspecify.annotations.NullMarked;
