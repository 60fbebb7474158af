/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Reads GGUF files, versions 2 and 3, memory-mapped. The reader trusts nothing: every count and offset is held against the bytes
 * that are left before it is used, and all that is wrong with a file is one {@link GgufException}. Read {@link GgufFile} first, then
 * {@code GgufParser}, which knows the layout.
 */
@NullMarked
package io.headwater.model.gguf;

import org.jspecify.annotations.NullMarked;
