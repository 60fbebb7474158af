/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.quality;

import io.headwater.deploy.cli.UserError;

/** When the question comes; constants are as the command line has them. */
enum QuestionForm {
    /** It is part of what is compressed. */
    INSIDE("the question inside the compressed prompt"),
    /** Only what comes before it is compressed. */
    AFTER("the question after the compression");

    private final String words;

    QuestionForm(String words) {
        this.words = words;
    }

    static QuestionForm of(String written) {
        return switch (written) {
            case "inside" -> INSIDE;
            case "after" -> AFTER;
            default -> throw new UserError("--form " + written + ": give inside or after");
        };
    }

    String words() {
        return words;
    }
}
