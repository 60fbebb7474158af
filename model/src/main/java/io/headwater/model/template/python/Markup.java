/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

/** What the {@code safe} filter returns: a string that escapes HTML in what {@code +} adds to it, as Jinja2's does even without autoescape. */
public record Markup(String text) {
    /** A plain string as it looks after being added to a safe one. */
    public static String escape(String plain) {
        return plain.replace("&", "&amp;")
                .replace(">", "&gt;")
                .replace("<", "&lt;")
                .replace("'", "&#39;")
                .replace("\"", "&#34;");
    }
}
