/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.headwater.actors.decode;

import org.jspecify.annotations.NullMarked;
