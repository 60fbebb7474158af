/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import io.aeron.logbuffer.ControlledFragmentHandler.Action;
import io.headwater.cluster.wire.Batch;
import io.headwater.cluster.wire.MessageHeader;

/** Takes a batch that has been checked: epoch, source, type, metadata, and that the part lies within its tensor. */
public interface BatchHandler {
    /**
     * Both are valid only during the call.
     *
     * @return ABORT to leave the message for the next poll, BREAK to end this poll after it, CONTINUE for more
     */
    Action onBatch(MessageHeader header, Batch batch);
}
