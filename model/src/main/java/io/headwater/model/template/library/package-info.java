/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What a template can use by name: {@code Filters}, {@code Tests}, {@code Globals}, the methods of strings, dicts and lists
 * ({@code Access} finds them). Everything behaves as in Jinja2 3.1 with transformers' settings; what Jinja2 has and we have not is a
 * Fault that names it.
 */
@NullMarked
package io.headwater.model.template.library;

import org.jspecify.annotations.NullMarked;
