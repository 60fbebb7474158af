/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy;

import io.headwater.deploy.cli.UserError;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** Here for the help page only: the launcher runs Maven itself, since a program cannot rebuild the jars it runs from. */
@Command(name = "test", description = "Runs the whole test suite (what CI runs).")
final class TestCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw new UserError("the test suite is run by the launcher: call ./headwater test in the repository");
    }
}
