/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.tokenizer;

/** What {@code tokenizer.ggml.token_type} says of a token; the ordinals are the file's numbers. */
enum TokenType {
    UNDEFINED,
    NORMAL,
    UNKNOWN,
    CONTROL,
    USER_DEFINED,
    UNUSED,
    BYTE;

    private static final TokenType[] VALUES = values();

    /** Numbers that no one has defined yet count as {@link #UNDEFINED}. */
    static TokenType of(int number) {
        return number >= 0 && number < VALUES.length ? VALUES[number] : UNDEFINED;
    }
}
