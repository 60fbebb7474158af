/* SPDX-License-Identifier: Apache-2.0 */
/** What a node refuses before it starts; how nodes work is tested by processes, in {@code system}. */
@NullMarked
package io.headwater.deploy.node;

import org.jspecify.annotations.NullMarked;
