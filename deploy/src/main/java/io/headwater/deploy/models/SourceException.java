/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

/** A source does not give the file; another one may. The message is one line: where, and what it said. */
final class SourceException extends Exception {
    private static final long serialVersionUID = 1L;
    private final String line;
    private final boolean badRequest;

    private SourceException(String message, boolean badRequest, Throwable cause) {
        super(message, cause);
        this.line = message;
        this.badRequest = badRequest;
    }

    /** Broken, unreachable, overloaded: the same request may be answered later. */
    static SourceException failed(String message, Throwable cause) {
        return new SourceException(message, false, cause);
    }

    /** As the other, where the source itself said so. */
    static SourceException failed(String message) {
        return new SourceException(message, false, new IllegalStateException(message));
    }

    /** There is no such file, or it is none of ours: asking again is of no use. */
    static SourceException refused(String message) {
        return new SourceException(message, true, new IllegalStateException(message));
    }

    String line() {
        return line;
    }

    boolean badRequest() {
        return badRequest;
    }
}
