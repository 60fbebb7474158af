/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.actors.node;

import io.headwater.actors.plan.ModelFacts;
import io.headwater.cluster.media.Media;
import io.headwater.model.gguf.GgufException;
import io.headwater.model.llama.LlamaModel;
import io.headwater.model.shard.UnitException;
import io.headwater.model.tokenizer.Tokenizer;
import java.io.IOException;
import java.util.Optional;

/** What a node opens before it becomes a member, and closes after: the model file and, with a shard, its end of the data plane. */
record NodeParts(LlamaModel model, ModelFacts facts, Tokenizer tokenizer, Optional<Media> media)
        implements AutoCloseable {
    static NodeParts open(NodeOptions options) throws NodeException {
        boolean opened = false;
        LlamaModel model = model(options);
        try {
            ModelFacts facts = ModelFacts.of(model);
            Tokenizer tokenizer = Tokenizer.of(model.file().metadata());
            Optional<Media> media =
                    options.has(NodeRole.SHARD) ? Optional.of(Media.start(options.media())) : Optional.empty();
            opened = true;
            return new NodeParts(model, facts, tokenizer, media);
        } catch (GgufException | UnitException | IllegalStateException e) {
            throw new NodeException(String.valueOf(e.getMessage()), e);
        } catch (IOException e) {
            throw new NodeException("the model " + options.model() + " cannot be read: " + e.getMessage(), e);
        } finally {
            if (!opened) {
                model.close();
            }
        }
    }

    private static LlamaModel model(NodeOptions options) throws NodeException {
        try {
            return LlamaModel.open(options.model());
        } catch (GgufException e) {
            throw new NodeException(String.valueOf(e.getMessage()), e);
        }
    }

    @Override
    public void close() {
        try (LlamaModel _ = model) {
            media.ifPresent(Media::close);
        }
    }
}
