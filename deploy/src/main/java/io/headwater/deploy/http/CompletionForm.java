/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import io.headwater.sessions.log.SessionEvent.Sampled;
import io.headwater.sessions.log.SessionEvent.TurnEnded;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** How a completion is written: chat or text. */
interface CompletionForm {
    /** {@code chatcmpl} or {@code cmpl}: the beginning of the completion's id. */
    String prefix();

    /** {@code object} of a whole answer, or of a chunk. */
    String object(boolean chunk);

    /** What a stream begins with, if anything. */
    Optional<Map<String, Object>> opening();

    /** The choice of a chunk with these tokens. */
    Map<String, Object> piece(List<Sampled> tokens, String text);

    /** The choice of the chunk that ends a stream; {@code text} was held back. */
    Map<String, Object> last(TurnEnded end);

    /** The choice of a whole answer. */
    Map<String, Object> whole(List<Sampled> tokens, String text, TurnEnded end);
}
