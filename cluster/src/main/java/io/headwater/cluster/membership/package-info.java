/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Who is a member: the actor system's configuration ({@code MembershipOptions} first), addresses, taking a dead member out. Called where
 * a node is put together; actors run on the system's dispatchers.
 */
@NullMarked
package io.headwater.cluster.membership;

import org.jspecify.annotations.NullMarked;
