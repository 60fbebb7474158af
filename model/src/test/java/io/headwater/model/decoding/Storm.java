/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

import io.headwater.compression.KvPolicy;
import io.headwater.model.engine.EngineGroup;
import io.headwater.model.engine.EngineOptions;
import io.headwater.model.engine.HashingEngine;
import io.headwater.model.engine.LoadListener;
import io.headwater.model.kvcache.KvOptions;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.tokenizer.Tokenizer;
import io.headwater.tensors.memory.ArenaOptions;
import io.headwater.testing.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Sessions that come, grow, idle and go, by a seed, in less KV memory than they would like, on a loop that dies now and then: looks after each step whether
 * the limit holds, and at the end whether something is left, whether all who were refused were told why, and whether calm loops on one, two and three shards
 * say the same given the logged budgets.
 */
final class Storm {
    private static final int CONTEXT = 2048;
    private static final int MOST_ALIVE = 48;
    private static final int MOST_BREACHES = 10;
    private static final int LULL_EVERY = 60;
    private static final int FEW = 8;
    private static final int DIE_EVERY = 60;
    private static final int SHARDS = 3;
    private static final int MOST_REPLAYED = 240;
    private static final List<String> POLICIES = List.of(
            "ems:window=8",
            "ems:window=8,allocation=global",
            "h2o",
            "knorm",
            "snapkv:window=8",
            "none",
            "kv-compress:window=8",
            "kvzip",
            "kvzip:when=idle");

    private final Plan plan;
    private final Random random;
    private final Map<Long, StormSession> alive = new LinkedHashMap<>();
    private final List<String> breaches = new ArrayList<>();
    private final Map<String, Integer> reasons = new TreeMap<>();
    private long sessions;
    private int requests;
    private final List<StormSession> survivors = new ArrayList<>();
    private int deaths;
    private int falls;
    private int rises;
    private int repeats;
    private long peak;

    private Storm(Plan plan) {
        this.plan = plan;
        this.random = new Random(plan.seed());
    }

    /**
     * What happens.
     *
     * @param layers of the model, of three KV heads: with 30 an entry takes as much as one of SmolLM2-135M
     * @param longest prompt
     * @param mostSteps of the loop between two events
     */
    record Plan(long seed, int events, long limitBytes, int layers, int longest, int mostSteps) {}

    /** What has come of it. */
    record Outcome(Map<String, Object> figures, List<String> breaches) {
        int figure(String name) {
            return (int) Objects.requireNonNull(figures.get(name), name);
        }
    }

    static Outcome run(Plan plan, Path directory) throws Exception {
        return new Storm(plan).run(directory);
    }

    private Outcome run(Path directory) throws Exception {
        long start = System.nanoTime();
        Path file = TinyModel.create()
                .layers(plan.layers())
                .heads(3, 3)
                .headDim(64)
                .contextLength(CONTEXT)
                .write(directory);
        try (LlamaModel model = LlamaModel.open(file)) {
            Tokenizer tokenizer = Tokenizer.of(model.file().metadata());
            EngineOptions options = EngineOptions.of(1, 1, CONTEXT).withKvLimitBytes(plan.limitBytes());
            long left;
            try (EngineGroup group = EngineGroup.start(model, options, LoadListener.SILENT)) {
                new Weather(group, tokenizer).rage();
                left = group.kvBytes();
            } // which fails if anything is still held
            if (left > ArenaOptions.slabBytes(plan.limitBytes())) {
                breach("at the end " + left + " bytes are left, more than a spare slab");
            }
            int turns = 0;
            for (int shards = 1; shards <= SHARDS; shards++) {
                turns += replay(model, tokenizer, shards);
            }
            return outcome(left, turns, (System.nanoTime() - start) / 1e9);
        }
    }

    /** Every third survivor, on so many shards, with memory for all. */
    private int replay(LlamaModel model, Tokenizer tokenizer, int shards) throws Exception {
        int turns = 0;
        try (EngineGroup group = EngineGroup.start(model, EngineOptions.of(shards, 1, CONTEXT), LoadListener.SILENT)) {
            HashingEngine calm =
                    new HashingEngine(group, model.config(), tokenizer); // knows no limit, so decides nothing
            for (int i = shards - 1; i < survivors.size(); i += SHARDS) {
                turns += survivors.get(i).turns();
                check(survivors.get(i), new DecodeLoop(calm, tokenizer, batching()));
            }
        }
        return turns;
    }

    private static BatchingOptions batching() {
        return BatchingOptions.defaults().withMaxSequences(6).withMaxWaiting(2);
    }

    private void check(StormSession survivor, DecodeLoop calm) throws Exception {
        int turn = survivor.differsIn(calm);
        if (turn >= 0) {
            breach("session " + survivor.id() + " answers otherwise in turn " + turn + " without the storm");
        }
        calm.close();
    }

    /** The storm itself, on an engine whose memory is short. */
    private final class Weather {
        private final EngineGroup group;
        private final Tokenizer tokenizer;
        private DecodeLoop loop;
        private long nanos;

        Weather(EngineGroup group, Tokenizer tokenizer) {
            this.group = group;
            this.tokenizer = tokenizer;
            this.loop = loop();
        }

        /** Steps take as long as the seed says, so nothing depends on the machine. */
        private DecodeLoop loop() {
            return new DecodeLoop(group, tokenizer, batching(), () -> nanos += 1 + random.nextInt(5_000_000));
        }

        void rage() throws Exception {
            for (int event = 0; event < plan.events(); event++) {
                if (event % LULL_EVERY == LULL_EVERY - 1) {
                    lull();
                }
                happen();
                for (int step = random.nextInt(plan.mostSteps()); step > 0; step--) {
                    step();
                }
            }
            while (step()) {}
            alive.values().stream().filter(StormSession::running).forEach(one -> breach(one.id() + " never ends"));
            alive.values().forEach(Storm.this::survives);
            alive.keySet().forEach(loop::release);
            loop.close();
        }

        /** Most go, and what is left gets on alone: budgets may rise. */
        private void lull() throws Exception {
            while (step()) {}
            while (alive.size() > FEW) {
                go(any());
            }
            for (StormSession one : List.copyOf(alive.values())) {
                if (one.tokens() < CONTEXT / 4) {
                    ask(one, 1);
                }
            }
            while (step()) {}
        }

        private void go(StormSession one) {
            loop.cancel(one.id());
            loop.release(one.id());
            alive.remove(one.id());
            count(one);
            if (!one.running()) {
                survives(one);
            }
        }

        /** The loop's process dies, and its caches with it: another one goes on with what has been told. */
        private void die() {
            deaths++;
            loop.close();
            loop = loop();
            List.copyOf(alive.values()).forEach(one -> one.resume(loop));
        }

        private void happen() throws Exception {
            int what = random.nextInt(DIE_EVERY);
            if (what == DIE_EVERY - 1) {
                die();
            } else if (alive.isEmpty() || (what % 10 < 4 && alive.size() < MOST_ALIVE)) {
                StormSession one = new StormSession(++sessions, kv());
                alive.put(one.id(), one);
                ask(one, 1 + random.nextInt(plan.longest()));
            } else if (what % 10 < 8) {
                StormSession one = any();
                if (!one.running() && one.tokens() + 100 < CONTEXT / 4) {
                    ask(one, 1 + random.nextInt(30));
                }
            } else if (what % 10 < 9 || alive.size() == MOST_ALIVE) {
                go(any());
            } // or nothing: all are idle, or get on
        }

        private void ask(StormSession one, int prompt) {
            requests++;
            one.ask(loop, TokenIds.of(random.ints(prompt, 0, 256).toArray()), 1 + random.nextInt(60));
        }

        private StormSession any() {
            return List.copyOf(alive.values()).get(random.nextInt(alive.size()));
        }

        private boolean step() throws Exception {
            boolean worked = loop.step();
            long bytes = group.kvBytes();
            peak = Math.max(peak, bytes);
            if (bytes > plan.limitBytes()) {
                breach(bytes + " bytes are allocated");
            }
            for (StormSession one : List.copyOf(alive.values())) {
                if (!one.failure().isEmpty()) {
                    refused(one);
                    loop.release(one.id());
                    count(one);
                    alive.remove(one.id());
                }
            }
            return worked;
        }
    }

    /** Its answers are compared with those of a replay; of so many, since a replay takes as long as the session. */
    private void survives(StormSession one) {
        if (one.turns() > 0 && survivors.size() < MOST_REPLAYED) {
            survivors.add(one);
        }
    }

    private KvOptions kv() throws Exception {
        KvPolicy policy = KvPolicy.parse(POLICIES.get(random.nextInt(POLICIES.size())));
        return policy.none()
                ? KvOptions.NONE
                : new KvOptions(policy, 64 + random.nextInt(192), 16 + random.nextInt(8), 48 + random.nextInt(150));
    }

    private void refused(StormSession one) {
        String why = one.failure();
        boolean said = why.contains("KV memory") || why.contains("wait already");
        if (!said) {
            breach("refused for no reason that helps: " + why);
        }
        if (!one.kv().full() && why.contains("no other session")) {
            breach("refused alone, although its budget may fall: " + why);
        }
        reasons.merge(why.replaceAll("[0-9]+(\\.[0-9]+)?", "N"), 1, Integer::sum);
    }

    private void count(StormSession one) {
        int last = one.kv().budget();
        for (BudgetEvent event : one.budgets()) {
            falls += event.budget() < last ? 1 : 0;
            rises += event.budget() > last ? 1 : 0;
            last = event.budget();
            repeats += event.repeated() == null ? 0 : 1;
        }
    }

    private void breach(String what) {
        if (breaches.size() < MOST_BREACHES) {
            breaches.add(what);
        }
    }

    private Outcome outcome(long left, int turns, double seconds) {
        alive.values().forEach(this::count);
        Map<String, Object> figures = new LinkedHashMap<>();
        figures.put("seed", plan.seed());
        figures.put("events", plan.events());
        figures.put("sessions", sessions);
        figures.put("requests", requests);
        figures.put(
                "refused", reasons.values().stream().mapToInt(Integer::intValue).sum());
        figures.put("budgets_lowered", falls);
        figures.put("budgets_raised", rises);
        figures.put("parts_repeated", repeats);
        figures.put("limit_bytes", plan.limitBytes());
        figures.put("peak_bytes", peak);
        figures.put("left_bytes", left);
        figures.put("deaths", deaths);
        figures.put("survivors", survivors.size());
        figures.put("turns_replayed", turns);
        figures.put("seconds", Double.parseDouble(String.format(Locale.ROOT, "%.1f", seconds)));
        figures.put("reasons", reasons);
        figures.put("breaches", breaches);
        return new Outcome(figures, List.copyOf(breaches));
    }

    /** {@code SEED EVENTS LIMIT_BYTES}: prints one JSON object; exit code 1 after a breach. */
    static void main(String[] arguments) throws Exception {
        Plan plan = new Plan(
                Long.parseLong(arguments[0]),
                Integer.parseInt(arguments[1]),
                Long.parseLong(arguments[2]),
                30,
                900, // so that 200 MB are too little
                12);
        Path directory = Files.createTempDirectory("storm");
        Outcome outcome = run(plan, directory);
        try (Stream<Path> files = Files.walk(directory).sorted(Comparator.reverseOrder())) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        System.out.println(json(outcome.figures()));
        System.exit(outcome.breaches().isEmpty() ? 0 : 1);
    }

    private static String json(Object value) {
        return switch (value) {
            case Map<?, ?> map ->
                map.entrySet().stream()
                        .map(each -> json(String.valueOf(each.getKey())) + ":" + json(each.getValue()))
                        .collect(Collectors.joining(",", "{", "}"));
            case List<?> list -> list.stream().map(Storm::json).collect(Collectors.joining(",", "[", "]"));
            case Number number -> number.toString();
            default -> '"' + value.toString().replace("\\", "\\\\").replace("\"", "\\\"") + '"';
        };
    }
}
