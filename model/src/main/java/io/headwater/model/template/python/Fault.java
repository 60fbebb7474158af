/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

/**
 * What stops a template, thrown anywhere below {@code ChatTemplate}, which turns it into a {@code TemplateException} with the line.
 * It never leaves the template packages.
 */
public final class Fault extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int line;
    private final boolean raisedByTemplate;

    private Fault(int line, boolean raisedByTemplate, String message) {
        super(message, null, false, false);
        this.line = line;
        this.raisedByTemplate = raisedByTemplate;
    }

    /** A fault of the statement that is running. */
    public static Fault of(String message) {
        return new Fault(0, false, message);
    }

    /** A fault at a known line (from 1), found by the lexer or parser. */
    public static Fault at(int line, String message) {
        return new Fault(line, false, message);
    }

    /** Jinja2 would render this, we do not. */
    public static Fault unsupported(String what) {
        return of(what + " is not supported");
    }

    /** The template itself refused its input, with {@code raise_exception}. */
    public static Fault raised(String message) {
        return new Fault(0, true, message);
    }

    /** Line from 1, or 0 where the renderer knows better. */
    public int line() {
        return line;
    }

    public boolean raisedByTemplate() {
        return raisedByTemplate;
    }
}
