/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression.entropy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * How a prefill is shortened on its way through a model (ALGORITHMS 3.5): the stages after the first, which reads all tokens. Its text is what policies
 * carry: {@code 30/8x3456/21x1536}, layers, then of each later stage its first layer and the tokens that it goes on with at most.
 */
public record PrefillStages(int nLayers, List<Stage> later) {
    private static final Pattern TEXT = Pattern.compile("([1-9][0-9]{0,4})((?:/[1-9][0-9]{0,4}x[1-9][0-9]{0,7})*)");

    /** A stage that begins at a layer, with at most so many tokens. */
    public record Stage(int firstLayer, int kept) {}

    public PrefillStages {
        later = List.copyOf(later);
        int layer = 0;
        int kept = Integer.MAX_VALUE;
        for (Stage stage : later) {
            if (stage.firstLayer <= layer || stage.firstLayer >= nLayers || stage.kept < 1 || stage.kept > kept) {
                throw new IllegalArgumentException("stages of " + nLayers + " layers: " + later);
            }
            layer = stage.firstLayer;
            kept = stage.kept;
        }
    }

    /** As a calibration has found them, for a prefill of at most {@code most} tokens that ends with {@code least}. */
    public static PrefillStages of(LayerStages stages, int least, int most) {
        List<Stage> later = new ArrayList<>();
        for (int layer = 1; layer < stages.nLayers(); layer++) {
            if (stages.begins(layer)) {
                later.add(new Stage(layer, stages.kept(layer, least, most)));
            }
        }
        return new PrefillStages(stages.nLayers(), later);
    }

    /** Stages, the first one included. */
    public int count() {
        return 1 + later.size();
    }

    public int firstLayer(int stage) {
        return stage == 0 ? 0 : later.get(stage - 1).firstLayer;
    }

    /** The layer after a stage's last. */
    public int endLayer(int stage) {
        return stage == later.size() ? nLayers : later.get(stage).firstLayer;
    }

    /** Of {@code tokens} those that a stage reads. */
    public int kept(int stage, int tokens) {
        return stage == 0 ? tokens : Math.min(tokens, later.get(stage - 1).kept);
    }

    /** Of {@code tokens} those that a layer reads. */
    public int keptAt(int layer, int tokens) {
        int stage = 0;
        while (endLayer(stage) <= layer) {
            stage++;
        }
        return kept(stage, tokens);
    }

    /** Whether any stage goes on with fewer of so many tokens. */
    public boolean shortens(int tokens) {
        return least() < tokens;
    }

    /** The tokens that the last stage goes on with at most. */
    public int least() {
        return later.isEmpty() ? Integer.MAX_VALUE : later.getLast().kept;
    }

    /** What {@link #parse} understands. */
    public String text() {
        return nLayers
                + later.stream()
                        .map(stage -> "/" + stage.firstLayer + "x" + stage.kept)
                        .collect(Collectors.joining());
    }

    /** Empty if the text says no stages that there can be. */
    public static Optional<PrefillStages> parse(String text) {
        Matcher matcher = TEXT.matcher(text);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        List<Stage> later = new ArrayList<>();
        for (String stage : matcher.group(2).split("/", -1)) {
            if (!stage.isEmpty()) {
                int x = stage.indexOf('x');
                later.add(new Stage(Integer.parseInt(stage.substring(0, x)), Integer.parseInt(stage.substring(x + 1))));
            }
        }
        try {
            return Optional.of(new PrefillStages(Integer.parseInt(matcher.group(1)), later));
        } catch (IllegalArgumentException impossible) {
            return Optional.empty();
        }
    }
}
