/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.system;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Nodes that are started by hand: {@code cluster.add(); cluster.awaitServing(3); cluster.node(2).kill(); …}. Node 1 founds the cluster, is
 * a gateway only and tells the state; no test harms it. Nodes from 2 on are shards.
 */
final class TestCluster {
    private final TestPrograms programs;
    private final Path model;
    private final List<Program> nodes = new ArrayList<>();
    private final String address;
    private final ClusterState state;
    private final String url;

    /** Starts the gateway and so many shard nodes, which the first plan waits for. */
    TestCluster(TestPrograms programs, Path model, int shards) {
        this.programs = programs;
        this.model = model;
        Program gateway = start("gateway", "--http", "0", "--expect", Integer.toString(shards));
        address = lastWord(gateway.awaitSaid("others join with"));
        url = lastWord(gateway.awaitSaid("--server"));
        state = new ClusterState(url);
        for (int i = 0; i < shards; i++) {
            add();
        }
    }

    private Program start(String role, String... options) {
        List<String> words = new ArrayList<>(List.of("node", "-m", model.toString(), "--roles", role));
        words.addAll(List.of("--threads", "1", "--capacity", "1", "--survivors", "oldest", "--warm-up", "0"));
        words.addAll(List.of(options));
        Program node = programs.start("node" + (nodes.size() + 1), words);
        nodes.add(node);
        return node;
    }

    private static String lastWord(String line) {
        return line.substring(line.lastIndexOf(' ') + 1);
    }

    /** Starts one more shard node. */
    Program add() {
        return start("shard", "--join", address);
    }

    /** Starts a command that decodes on this cluster. */
    Program generate(String name) {
        return generate(name, ClusterModel.ANSWER);
    }

    /** The same for an answer of so many tokens, with more options. */
    Program generate(String name, int tokens, String... more) {
        List<String> words = ClusterModel.generate(model, tokens, more);
        words.addAll(List.of("--join", address, "--survivors", "oldest", "-q"));
        return programs.start(name, words);
    }

    String url() {
        return url;
    }

    Program node(int number) {
        return nodes.get(number - 1);
    }

    JsonNode awaitServing(int shards) {
        return state.awaitServing(shards);
    }

    ClusterState state() {
        return state;
    }
}
