/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cluster;

import io.headwater.cluster.membership.HostPort;
import io.headwater.deploy.cli.MediaFlags;
import io.headwater.model.engine.EngineOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a shard node's process is called with. */
final class ChildArguments {
    private ChildArguments() {}

    static List<String> of(ClusterSetup setup, HostPort parent, boolean ipc, String driver, int node) {
        EngineOptions engine = setup.engine();
        MediaFlags media = setup.flags().media();
        List<String> words =
                new ArrayList<>(List.of("node", "--watch-stdin", "--roles", "shard", "--survivors", "oldest"));
        add(words, "--join", parent.toString());
        add(words, "--bind", parent.host());
        add(words, "-m", setup.model().toString());
        add(words, "--nodes-on-host", Integer.toString(engine.nodes()));
        add(words, "--capacity", engine.capacities().get(node).toString());
        add(words, "--threads", Integer.toString(engine.threadsPerNode()));
        add(words, "--context", Integer.toString(engine.contextLength()));
        add(words, "--chunk", Integer.toString(engine.chunkRows()));
        add(words, "--kv-type", engine.kvType().name().toLowerCase(Locale.ROOT));
        if (engine.kvLimitBytes() != EngineOptions.DEFAULT_KV_LIMIT_BYTES) {
            add(words, "--kv-memory", Long.toString(engine.kvLimitBytes()));
        }
        add(words, "--kernels", engine.kernels().name().toLowerCase(Locale.ROOT));
        add(words, "--max-sequences", Integer.toString(setup.batching().maxSequences()));
        add(words, "--prefix-caches", Integer.toString(setup.batching().maxLeft()));
        setup.caches().ifPresent(folder -> {
            add(words, "--data", folder.data().toString());
            add(words, "--kv-snapshots", Long.toString(folder.mostBytes()));
        });
        add(words, "--transport", ipc ? "ipc" : "udp");
        if (!driver.isEmpty()) {
            add(words, "--driver", driver);
        }
        media.mtu().ifPresent(mtu -> add(words, "--mtu", mtu.toString()));
        media.driverThreading().ifPresent(mode -> add(words, "--driver-threading", mode.name()));
        media.idle().ifPresent(policy -> add(words, "--idle", policy.name()));
        media.termLength().ifPresent(length -> add(words, "--term-length", length.toString()));
        setup.flags()
                .tuning()
                .warmUp()
                .ifPresent(limit -> add(words, "--warm-up", Double.toString(limit.toMillis() / 1e3)));
        if (setup.output().verbose()) {
            words.add("-v");
        }
        return words;
    }

    private static void add(List<String> words, String option, String value) {
        words.add(option);
        words.add(value);
    }
}
