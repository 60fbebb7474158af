/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Commands about text alone: tokenize, detokenize, template. Read {@link io.headwater.deploy.text.ModelText} first: it takes from a model
 * file what these need, so that files without weights do.
 */
@NullMarked
package io.headwater.deploy.text;

import org.jspecify.annotations.NullMarked;
