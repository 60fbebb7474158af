/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.plan;

import io.headwater.cluster.membership.CborMessage;

/** What a plan's decoder takes. The messages are the decoder's own; the planner only hands its address on. */
public interface DecoderMessage extends CborMessage {}
