/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.headwater.sessions.decode;

import org.jspecify.annotations.NullMarked;
