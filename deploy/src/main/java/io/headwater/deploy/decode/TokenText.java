/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.model.tokenizer.Tokenizer;
import java.nio.charset.StandardCharsets;

/** Tokens as tables show them. */
public final class TokenText {
    private TokenText() {}

    /** In quotes, so that blanks are seen, on one line; half a character is U+FFFD. */
    public static String shown(Tokenizer tokenizer, int token) {
        String text = new String(tokenizer.bytes(token), StandardCharsets.UTF_8);
        return "'" + text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t") + "'";
    }
}
