/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.headwater.actors.node;

import org.jspecify.annotations.NullMarked;
