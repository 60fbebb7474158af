/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.headwater.model.engine.Exchange;

/** Where an engine is in its step, as one number that grows: layer and phase of the exchange it has come to. */
final class Place {
    /** Before the first exchange of a step; layer and phase of a header are all ones. */
    static final int BEGIN = -1;

    /** Stands for a layer: gathering logits, phase 0; what is added up after that. */
    static final int GATHER_LAYER = Exchange.AFTER_LAYERS;

    /** Stands for a layer: a cache's file is written or read after a step; the phase counts on, from the last to the first again. */
    private static final int FILE_LAYER = GATHER_LAYER - 1;

    private static final int NO_LAYER = 0xFFFF;

    private Place() {}

    static int of(int layer, int phase) {
        return layer == NO_LAYER ? BEGIN : layer << 8 | phase;
    }

    /** At a cache's file, where that gets on. */
    static int file(int count) {
        return of(FILE_LAYER, count & 0xFF);
    }

    static int layer(int place) {
        return place >> 8 & 0xFFFF;
    }

    static int phase(int place) {
        return place & 0xFF;
    }

    /** Negative if the first is earlier. */
    static int compare(long stepA, int placeA, long stepB, int placeB) {
        int steps = Long.compare(stepA, stepB);
        return steps != 0 ? steps : Integer.compare(placeA, placeB);
    }

    /** For people. */
    static String words(long step, int place) {
        if (place == BEGIN) {
            return step < 0 ? "before the first step" : "at the start of step " + step;
        }
        if (layer(place) == FILE_LAYER) {
            return "after step " + Math.max(0, step) + ", at the file of a cache";
        }
        if (layer(place) == GATHER_LAYER) {
            return switch (phase(place)) {
                case 0 -> "in step " + step + ", gathering logits";
                case Exchange.BETWEEN_STEPS -> "after step " + Math.max(0, step) + ", agreeing on what is next";
                default -> "in step " + step + ", adding up the heads' scores";
            };
        }
        String phase = switch (phase(place)) {
            case 0 -> "after attention";
            case 1 -> "after the MLP";
            default -> "phase " + phase(place);
        };
        return "in step " + step + ", layer " + layer(place) + ", " + phase;
    }
}
