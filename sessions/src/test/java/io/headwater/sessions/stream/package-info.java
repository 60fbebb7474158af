/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.headwater.sessions.stream;

import org.jspecify.annotations.NullMarked;
