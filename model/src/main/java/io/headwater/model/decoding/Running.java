/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.decoding;

/**
 * A request at work.
 *
 * @param alone whether it began in an empty memory, which it has for itself
 */
record Running(Request request, Work work, boolean alone) {}
