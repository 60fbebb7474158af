/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.inspect;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.ExitCode;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.ModelFiles;
import io.headwater.deploy.cli.ModelFlags;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.cli.UserError;
import io.headwater.model.gguf.GgufException;
import io.headwater.model.gguf.GgufMetadata;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.ShardPlan;
import io.headwater.model.shard.UnitException;
import io.headwater.model.shard.Units;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code headwater inspect}: reads a model's description, not its weights. */
@Command(name = "inspect", description = "Shows a model's numbers, tensors, sizes, and how nodes would share it.")
public final class InspectCommand implements Callable<Integer> {
    private final Console console;

    @Mixin
    private final OutputFlags output = new OutputFlags();

    @Mixin
    private final ModelFlags model = new ModelFlags();

    @Option(
            names = "--nodes",
            paramLabel = "N",
            defaultValue = "1",
            description = "nodes to deal out to (default: ${DEFAULT-VALUE})")
    private int nodes = 1;

    @Option(
            names = "--capacity",
            paramLabel = "X",
            split = ",",
            description = "capacities of the nodes, as 3,1 (default: even)")
    private List<Double> capacities = List.of();

    @Parameters(paramLabel = "MODEL", arity = "0..1", description = "the same as -m MODEL", hidden = true)
    private List<String> positional = List.of();

    public InspectCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws IOException, InterruptedException, GgufException {
        Path path = positional.isEmpty()
                ? model.file(console, output)
                : ModelFiles.find(positional.getFirst(), console, output);
        try (LlamaModel opened = LlamaModel.open(path)) {
            GgufMetadata metadata = opened.file().metadata();
            Units units = Units.of(opened.config());
            Inspection inspection = Inspection.of(
                    opened,
                    metadata.string("general.architecture").orElse("?"),
                    metadata.string("general.name").orElse("?"),
                    units,
                    plan(units));
            if (output.json()) {
                Json.print(console, inspection);
            } else {
                console.out().print(InspectionPage.of(inspection));
            }
            return ExitCode.DONE;
        } catch (UnitException e) {
            throw new UserError(path.getFileName() + ": " + e.getMessage(), e);
        }
    }

    private ShardPlan plan(Units units) throws UnitException {
        if (nodes < 1) {
            throw new UserError("--nodes " + nodes + ": at least 1");
        }
        if (capacities.isEmpty()) {
            return ShardPlan.even(0, units, nodes);
        }
        if (capacities.size() != nodes) {
            throw new UserError("--capacity names " + capacities.size() + " nodes, --nodes " + nodes
                    + ": give one number per node");
        }
        return ShardPlan.deal(0, units, capacities);
    }
}
