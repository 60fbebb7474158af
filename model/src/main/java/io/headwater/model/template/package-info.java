/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Chat templates: a small, strict Jinja engine of our own. A model's file carries a template that turns messages into a prompt; one
 * character off and the model answers worse, and nobody notices. So this engine renders what Jinja2 3.1 with transformers' settings
 * renders, character for character, and refuses by name and line whatever it does not know.
 *
 * <p>Read {@link io.headwater.model.template.ChatTemplate} first, then {@code Renderer} (statements) and {@code Evaluator} (expressions).
 * {@code syntax} makes the tree, {@code python} has the values and operators, {@code library} the filters, tests, methods and functions.
 * A parsed template is immutable and may be used by any thread; a rendering belongs to the thread that runs it.
 */
@NullMarked
package io.headwater.model.template;

import org.jspecify.annotations.NullMarked;
