/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

/** Gets an answer's text in pieces of whole characters, never empty. */
@FunctionalInterface
public interface TextListener {
    TextListener SILENT = piece -> {};

    void text(String piece);
}
