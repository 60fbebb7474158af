/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.generation;

/** Why a turn ended. */
public enum FinishReason {
    /** An end-of-generation token or a stop string. */
    STOP("stop"),
    /** The limit of tokens, or a full context. */
    LENGTH("length"),
    /** The client left, or asked to end. */
    CANCELLED("cancelled");

    private final String text;

    FinishReason(String text) {
        this.text = text;
    }

    /** As it stands in JSON's {@code finish_reason}. */
    public String text() {
        return text;
    }
}
