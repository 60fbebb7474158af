/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

/** {@code |name(arguments)}, without what it is applied to. */
public record FilterCall(int line, String name, Arguments arguments) {}
