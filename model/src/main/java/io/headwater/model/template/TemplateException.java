/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import io.headwater.model.template.python.Fault;

/** A chat template that cannot be parsed or rendered: the message says where and why. */
public final class TemplateException extends Exception {
    private static final long serialVersionUID = 1L;
    private final boolean raisedByTemplate;

    TemplateException(int line, Fault fault) {
        super("chat template line " + line + ": " + fault.getMessage());
        this.raisedByTemplate = fault.raisedByTemplate();
    }

    /** The template itself refused the messages with {@code raise_exception}: the caller's input is at fault, not the template. */
    public boolean raisedByTemplate() {
        return raisedByTemplate;
    }
}
