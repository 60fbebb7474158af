/* SPDX-License-Identifier: Apache-2.0 */
/**
 * From the text of a template to its tree: {@code Lexer} cuts the text into tokens, {@code StatementParser} (with
 * {@code ExpressionParser}) makes {@code Statement}s and {@code Expression}s of them. The grammar is Jinja2 3.1's, quirks included;
 * what we do not render is refused here, with its line. Read {@code Statement} and {@code Expression} first.
 */
@NullMarked
package io.headwater.model.template.syntax;

import org.jspecify.annotations.NullMarked;
