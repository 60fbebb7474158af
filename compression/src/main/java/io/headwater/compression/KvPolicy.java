/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import io.headwater.compression.allocation.Allocation;
import io.headwater.compression.allocation.HeadGrouping;
import io.headwater.compression.entropy.HeadLabels;
import io.headwater.compression.entropy.PrefillStages;
import io.headwater.compression.entropy.PrefillStaging;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * A compression policy with every option resolved, for example {@code ems:sinks=4,window=8,…}. That text is what a log holds and
 * what a replay parses: {@code parse(text())} gives an equal policy. Immutable.
 */
public final class KvPolicy {
    public static final KvPolicy NONE = new KvPolicy("none", Map.of());

    private final String name;
    private final Map<String, String> values;
    private final Optional<HeadGrouping> grouping;
    private final PrefillStaging staging;

    private KvPolicy(String name, Map<String, String> values) {
        this.name = name;
        this.values = values;
        this.grouping = HeadGrouping.parse(values.getOrDefault("allocation", ""));
        this.staging = PrefillStaging.parse(values.getOrDefault("stages", "")).orElse(PrefillStaging.OFF);
    }

    /** All policies there are, for a list to choose from. */
    public static List<PolicyDescription> known() {
        return PolicyTable.ALL;
    }

    /** Understands {@code name} or {@code name:option=value,…}; what is not named has its default. */
    public static KvPolicy parse(String text) throws PolicyException {
        int colon = text.indexOf(':');
        String name = colon < 0 ? text : text.substring(0, colon);
        PolicyDescription policy = PolicyTable.find(name)
                .orElseThrow(() ->
                        new PolicyException("unknown KV policy \"" + name + "\"; there are " + PolicyTable.names()));
        Map<String, String> values = defaults(policy);
        if (colon >= 0) {
            for (String assignment : text.substring(colon + 1).split(",", -1)) {
                assign(policy, assignment, values);
            }
        }
        checkTogether(values);
        KvPolicy parsed = new KvPolicy(name, values);
        parsed.checkStages();
        return parsed;
    }

    /** Every layer needs the last queries at a change point, and a stage those of the one before it. */
    private void checkStages() throws PolicyException {
        if (!staging.on()) {
            return;
        }
        int least = stages().map(PrefillStages::least).orElse(whole("min-tokens", 0));
        if (least < window()) {
            throw new PolicyException(
                    "KV policy " + name + ": a stage of " + least + " tokens is less than the window of " + window()
                            + ", which every stage keeps: give a greater min-tokens or a smaller window");
        }
        if (whole("min-tokens", 0) > whole("max-tokens", 0)) {
            throw new PolicyException("KV policy " + name + ": min-tokens=" + word("min-tokens") + " is more than"
                    + " max-tokens=" + word("max-tokens") + ": stages step down from the one to the other");
        }
    }

    private static void checkTogether(Map<String, String> values) throws PolicyException {
        if ("expanded".equals(values.get("storage"))
                && ("on".equals(values.get("use-position")) || !"off".equals(values.get("bias")))) {
            throw new PolicyException("KV policy ems: storage=expanded goes with use-position=off and bias=off only: "
                    + "its members attend by their entry's logit, and for themselves; give storage=compact too");
        }
        if (leavesNoView(values)) {
            throw new PolicyException("KV policy ems: combine=local,local=0,geometry=0 leave no view to choose by: give"
                    + " local or geometry a weight, or another combine");
        }
        if ("idle".equals(values.get("when")) && "attention".equals(values.get("score"))) {
            throw new PolicyException(
                    "KV policy ems: when=idle says when the context is repeated, and with score=attention"
                            + " it never is; give score=reconstruction too");
        }
    }

    /** Of EMS's views. With rank=sum the mass is always one, and a reconstruction needs none. */
    private static boolean leavesNoView(Map<String, String> values) {
        return "attention".equals(values.get("score"))
                && "best".equals(values.get("rank"))
                && "local".equals(values.get("combine"))
                && "0".equals(values.get("local"))
                && "0".equals(values.get("geometry"));
    }

    private static Map<String, String> defaults(PolicyDescription policy) {
        Map<String, String> values = new LinkedHashMap<>();
        for (PolicyOption option : policy.options()) {
            values.put(option.name(), option.byDefault());
        }
        return values;
    }

    private static void assign(PolicyDescription policy, String assignment, Map<String, String> values)
            throws PolicyException {
        int equals = assignment.indexOf('=');
        String key = (equals < 0 ? assignment : assignment.substring(0, equals)).strip();
        PolicyOption option = policy.option(key).orElseThrow(() -> unknown(policy, key));
        String value = equals < 0 ? "" : assignment.substring(equals + 1).strip();
        String canonical = option.canonical(value)
                .orElseThrow(() -> new PolicyException("option " + key + " of KV policy " + policy.name() + " must be "
                        + option.range() + ", not \"" + value + "\""));
        values.put(key, canonical);
    }

    private static PolicyException unknown(PolicyDescription policy, String key) {
        String options = policy.options().stream().map(PolicyOption::name).collect(Collectors.joining(", "));
        return new PolicyException("KV policy " + policy.name() + " has no option \"" + key + "\"; "
                + (options.isEmpty() ? "it has none" : "it has " + options));
    }

    public String name() {
        return name;
    }

    /** The canonical text: every option, in the table's order. */
    public String text() {
        return values.isEmpty()
                ? name
                : values.entrySet().stream()
                        .map(e -> e.getKey() + "=" + e.getValue())
                        .collect(Collectors.joining(",", name + ":", ""));
    }

    public boolean none() {
        return name.equals("none");
    }

    /** Last queries that the policy needs of a head; 0: no ring. */
    public int window() {
        return name.equals("tova") ? 1 : whole("window", 0);
    }

    /** Whether attention summed over all queries has to be kept per entry. */
    public boolean columnSums() {
        return name.equals("h2o") || (name.equals("ems") && !word("combine").equals("local"));
    }

    /** Further floats of state per entry that survive a compression. */
    public int stateFloats() {
        boolean remembers = name.equals("kv-compress") || (name.equals("g-kv") && decimal("alpha") > 0);
        return remembers || reconstructs() ? 1 : 0;
    }

    /**
     * Whether it scores entries by a reconstruction, in which the model repeats its context (ALGORITHMS 5.4). An entry's state is then the highest
     * ln(probability) that it got there, NaN before its first.
     */
    public boolean reconstructs() {
        return name.equals("kvzip") || "reconstruction".equals(values.get("score"));
    }

    /**
     * Whether the supervisor says when the context is repeated and heads are brought down, when a session is idle or memory short; token counts alone say so
     * only where a prefill limit is reached.
     */
    public boolean waitsForIdle() {
        return reconstructs() && "idle".equals(values.get("when"));
    }

    /** Whether every entry is compared with every other: work that grows with the square of a head's length. */
    public boolean comparesAllPairs() {
        return (name.equals("g-kv") || name.equals("r-kv")) && decimal("lambda") < 1;
    }

    /** Most entries of a head that are merged at one change point; 0 where the policy only evicts. */
    public int mostMerged(int length, int budget) {
        boolean merges = name.equals("ems") && !word("storage").equals("off");
        if (!merges) {
            return 0;
        }
        double most = Math.min(whole("merged", 0), (double) decimal("gamma") * budget);
        return (int) Math.min(length - budget, most);
    }

    /** The first entries that are always kept. */
    public int sinks() {
        return whole("sinks", 0);
    }

    /** The last entries that are always kept within a budget. */
    public int recent(int budget) {
        return switch (name) {
            case "h2o" -> (int) Math.min(budget - sinks(), Math.floor((double) decimal("recent-share") * budget));
            case "expected-attention" -> 0;
            default -> whole("recent", window());
        };
    }

    /** The least budget that leaves a choice, which for kv-compress other heads may leave; a user who asks for less is refused. */
    public int leastBudget() {
        int choice = name.equals("kv-compress") ? 0 : 1;
        return none() ? 0 : sinks() + choice + (name.equals("h2o") ? 0 : recent(0));
    }

    /** How a mean budget is divided over heads. {@code pyramidkv} is uniform here: its golden progression is its own. */
    public Allocation allocation() {
        String value = values.get("allocation");
        return value == null ? Allocation.UNIFORM : Allocation.of(value);
    }

    /** Whether every head of every layer has the mean budget. */
    public boolean sameForAllHeads() {
        return allocation() == Allocation.UNIFORM && !name.equals("pyramidkv");
    }

    /** The groups of heads by which budgets are divided; empty where they are not, or as long as no calibration has been asked. */
    public Optional<HeadLabels> headLabels() {
        return grouping.map(HeadGrouping::labels);
    }

    /** Groups of heads in a layer that it has to be told by the model's calibration; 0: none, or it has them. */
    public int groupsToCalibrate() {
        return grouping.filter(asked -> asked.labels() == null)
                .map(HeadGrouping::groups)
                .orElse(0);
    }

    /** This policy with the head groups of a model; their number is {@link #groupsToCalibrate}. */
    public KvPolicy calibrated(HeadLabels labels) {
        if (labels.groups() != groupsToCalibrate()) {
            throw new IllegalArgumentException(labels.groups() + " groups for " + this);
        }
        Map<String, String> calibrated = new LinkedHashMap<>(values);
        calibrated.put("allocation", HeadGrouping.of(labels).text());
        return new KvPolicy(name, calibrated);
    }

    /** The stages by which long prompts are read; empty where all layers read all tokens, or as long as no calibration has been asked. */
    public Optional<PrefillStages> stages() {
        return Optional.ofNullable(staging.stages());
    }

    /** Whether it has to be told its stages by the model's calibration. */
    public boolean stagesToCalibrate() {
        return staging.on() && staging.stages() == null;
    }

    /** Whether a calibration of the model has to tell it anything. */
    public boolean toCalibrate() {
        return groupsToCalibrate() > 0 || stagesToCalibrate();
    }

    /** This policy with the stages of a model, where it {@link #stagesToCalibrate}. */
    public KvPolicy staged(PrefillStages stages) {
        if (!stagesToCalibrate()) {
            throw new IllegalArgumentException(stages + " for " + this);
        }
        Map<String, String> staged = new LinkedHashMap<>(values);
        staged.put("stages", PrefillStaging.of(stages).text());
        return new KvPolicy(name, staged);
    }

    /** What keeps it from running on a model of so many heads, in a line for the user; empty if nothing. */
    public String unfit(int nLayers, int kvHeads) {
        if (groupsToCalibrate() > 0) {
            return "KV policy " + name + " with allocation=entropy needs a calibration of the model:"
                    + " run headwater calibrate, or give another allocation";
        }
        if (stagesToCalibrate()) {
            return "KV policy " + name + " with stages=on needs a calibration of the model:"
                    + " run headwater calibrate, or leave stages off";
        }
        PrefillStages stages = staging.stages();
        if (stages != null && stages.nLayers() != nLayers) {
            return "KV policy " + name + " has stages of another model: of " + stages.nLayers()
                    + " layers, this model has " + nLayers;
        }
        HeadLabels labels = headLabels().orElse(null);
        return labels == null || (labels.nLayers() == nLayers && labels.kvHeads() == kvHeads)
                ? ""
                : "KV policy " + name + " has head groups of another model: of " + labels.nLayers() + " layers of "
                        + labels.kvHeads() + " KV heads, this model has " + nLayers + " of " + kvHeads;
    }

    /** An integer option, or {@code otherwise} if the policy does not have it. */
    public int whole(String option, int otherwise) {
        String value = values.get(option);
        return value == null ? otherwise : Integer.parseInt(value);
    }

    /** A decimal option of this policy. */
    public float decimal(String option) {
        return Float.parseFloat(word(option));
    }

    /** A switch of this policy. */
    public boolean on(String option) {
        return word(option).equals("on");
    }

    /** An option of this policy in canonical form. */
    public String word(String option) {
        String value = values.get(option);
        if (value == null) {
            throw new IllegalArgumentException("KV policy " + name + " has no option " + option);
        }
        return value;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof KvPolicy that && name.equals(that.name) && values.equals(that.values);
    }

    @Override
    public int hashCode() {
        return 31 * name.hashCode() + values.hashCode();
    }

    @Override
    public String toString() {
        return text();
    }
}
