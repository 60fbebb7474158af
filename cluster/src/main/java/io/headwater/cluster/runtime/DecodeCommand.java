/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.runtime;

import io.headwater.model.decoding.DecodeListener;
import io.headwater.model.decoding.DecodeRequest;

/** What a decode thread is told. */
sealed interface DecodeCommand {
    record Submit(DecodeRequest request, DecodeListener listener) implements DecodeCommand {}

    record Cancel(long session) implements DecodeCommand {}

    record Release(long session) implements DecodeCommand {}

    record Park(long session, Runnable done) implements DecodeCommand {}

    record Forget(long name) implements DecodeCommand {}

    /** Nothing to do but to look around. */
    record Wake() implements DecodeCommand {}
}
