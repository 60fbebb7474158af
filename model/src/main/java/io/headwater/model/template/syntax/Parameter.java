/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.syntax;

import org.jspecify.annotations.Nullable;

/** A parameter of a macro or call block. */
public record Parameter(String name, @Nullable Expression absent) {}
