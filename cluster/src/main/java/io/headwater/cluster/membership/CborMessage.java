/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.membership;

/** A message between actors of different nodes: it travels as Jackson CBOR. */
public interface CborMessage {}
