/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

/** Bounds that keep a hostile template from eating the process; every honest one stays far below. */
public final class Limits {
    /** Characters of one string and of the whole output. */
    public static final int TEXT_CHARS = 1 << 24;
    /** Elements of one list. */
    public static final int LIST_ITEMS = 1 << 20;
    /** Statements, expressions and loop items in one rendering; each costs at most what a text of {@link #TEXT_CHARS} costs. */
    public static final long STEPS = 20_000_000;
    /** Expressions, statements and macro calls inside each other. */
    public static final int DEPTH = 400;
    /** Lists and dicts inside each other in the caller's variables. */
    public static final int DATA_DEPTH = 100;

    private Limits() {}

    public static void text(long chars) {
        if (chars > TEXT_CHARS) {
            throw Fault.of("a text grows beyond " + TEXT_CHARS + " characters");
        }
    }

    public static void items(long count) {
        if (count > LIST_ITEMS) {
            throw Fault.of("a list grows beyond " + LIST_ITEMS + " elements");
        }
    }
}
