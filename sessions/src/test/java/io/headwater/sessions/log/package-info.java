/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.headwater.sessions.log;

import org.jspecify.annotations.NullMarked;
