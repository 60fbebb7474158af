/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy;

import io.headwater.deploy.bench.BenchCommand;
import io.headwater.deploy.calibrate.CalibrateCommand;
import io.headwater.deploy.chat.ChatCommand;
import io.headwater.deploy.cli.Console;
import io.headwater.deploy.generate.GenerateCommand;
import io.headwater.deploy.inspect.InspectCommand;
import io.headwater.deploy.node.NodeCommand;
import io.headwater.deploy.policies.PoliciesCommand;
import io.headwater.deploy.pull.ModelsCommand;
import io.headwater.deploy.pull.PullCommand;
import io.headwater.deploy.quality.RetrieveCommand;
import io.headwater.deploy.score.PerplexityCommand;
import io.headwater.deploy.score.ScoreCommand;
import io.headwater.deploy.serve.ServeCommand;
import io.headwater.deploy.serve.UpCommand;
import io.headwater.deploy.status.StatusCommand;
import io.headwater.deploy.text.DetokenizeCommand;
import io.headwater.deploy.text.TemplateCommand;
import io.headwater.deploy.text.TokenizeCommand;
import java.util.List;

/** All commands. A new one is a line here. */
public final class Commands {
    private Commands() {}

    /** In the order of the help page. */
    public static List<Object> all(Console console) {
        return List.of(
                new PullCommand(console),
                new ModelsCommand(console),
                new InspectCommand(console),
                new GenerateCommand(console),
                new ChatCommand(console),
                new ScoreCommand(console),
                new PerplexityCommand(console),
                new RetrieveCommand(console),
                new BenchCommand(console),
                new PoliciesCommand(console),
                new CalibrateCommand(console),
                new UpCommand(console),
                new ServeCommand(console),
                new NodeCommand(console),
                new StatusCommand(console),
                new TokenizeCommand(console),
                new DetokenizeCommand(console),
                new TemplateCommand(console),
                new TestCommand());
    }
}
