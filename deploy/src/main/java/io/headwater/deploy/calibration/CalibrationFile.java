/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.calibration;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.compression.entropy.CalibratedOn;
import io.headwater.compression.entropy.Calibration;
import io.headwater.compression.entropy.HeadLabels;
import io.headwater.deploy.cli.Json;
import io.headwater.deploy.cli.UserError;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A calibration as JSON.
 *
 * @param format what the file is, and which form of it
 * @param model fingerprint of the model's file
 * @param samples of so many {@code tokens} each
 * @param queryEntropy of each KV head, {@code [layer][KV head]}
 * @param hiddenEntropy of what each layer gets
 * @param headGroups by the number of groups: for each layer a digit for each KV head, 0 for the lowest entropies
 * @param stages of each layer, for people: they follow from {@code hiddenEntropy}
 */
public record CalibrationFile(
        String format,
        String model,
        int samples,
        int tokens,
        List<List<Double>> queryEntropy,
        List<Double> hiddenEntropy,
        Map<Integer, List<String>> headGroups,
        List<Integer> stages) {
    private static final String FORMAT = "headwater-calibration-1";
    private static final double DECIMALS = 1e6;

    static CalibrationFile of(Calibration calibration) {
        Map<Integer, List<String>> groups = new TreeMap<>();
        for (HeadLabels labels : calibration.labels()) {
            groups.put(
                    labels.groups(),
                    IntStream.range(0, labels.nLayers())
                            .mapToObj(layer -> digits(labels, layer))
                            .toList());
        }
        return new CalibrationFile(
                FORMAT,
                calibration.on().model(),
                calibration.on().samples(),
                calibration.on().tokens(),
                calibration.heads().stream().map(CalibrationFile::rounded).toList(),
                rounded(calibration.layers()),
                groups,
                calibration.stages().stageOfLayer());
    }

    private static List<Double> rounded(List<Double> values) {
        return values.stream().map(x -> Math.round(x * DECIMALS) / DECIMALS).toList();
    }

    private static String digits(HeadLabels labels, int layer) {
        return IntStream.range(0, labels.kvHeads())
                .mapToObj(head -> Integer.toString(labels.group(layer, head)))
                .collect(Collectors.joining());
    }

    /** Reads a file's text; {@code where} names it in the error. */
    static Calibration read(String text, String where) {
        JsonNode tree = Json.parse(text, where);
        String format = tree.path("format").asText();
        if (!format.equals(FORMAT)) {
            throw new UserError(where + " is \"" + format + "\", this version of Headwater reads " + FORMAT
                    + ": run headwater calibrate again");
        }
        try {
            return Json.mapper().treeToValue(tree, CalibrationFile.class).calibration();
        } catch (JsonProcessingException | RuntimeException e) {
            String cause = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
            throw new UserError(where + " is damaged (" + cause + "): remove it, or run headwater calibrate again", e);
        }
    }

    private Calibration calibration() {
        if (queryEntropy.isEmpty()) {
            throw new IllegalArgumentException("query_entropy has no layers");
        }
        int kvHeads = queryEntropy.getFirst().size();
        if (headGroups.values().stream().flatMap(List::stream).anyMatch(digits -> digits.length() != kvHeads)) {
            throw new IllegalArgumentException("head_groups are not of " + kvHeads + " KV heads a layer");
        }
        List<HeadLabels> labels = headGroups.entrySet().stream()
                .map(of -> new HeadLabels(
                        of.getKey(),
                        kvHeads,
                        of.getValue().stream()
                                .flatMapToInt(String::chars)
                                .mapToObj(digit -> digit - '0')
                                .toList()))
                .toList();
        return new Calibration(new CalibratedOn(model, samples, tokens), queryEntropy, hiddenEntropy, labels);
    }
}
