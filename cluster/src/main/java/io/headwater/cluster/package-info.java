/* SPDX-License-Identifier: Apache-2.0 */
/** The data plane and cluster membership. */
@NullMarked
package io.headwater.cluster;

import org.jspecify.annotations.NullMarked;
