/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template;

import io.headwater.model.template.python.AttributeOwner;
import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.PyCallable;
import io.headwater.model.template.python.PyOrder;
import io.headwater.model.template.python.Tuple;
import io.headwater.model.template.python.Undefined;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The {@code loop} variable. One instance per loop: it moves on with the loop. */
final class LoopState implements AttributeOwner {
    private final List<Object> items;
    private int index;
    private @Nullable Tuple lastChanged;

    LoopState(List<Object> items) {
        this.items = items;
    }

    void moveTo(int newIndex) {
        index = newIndex;
    }

    @Override
    public @Nullable Object attribute(String name) {
        return switch (name) {
            case "index" -> index + 1L;
            case "index0" -> (long) index;
            case "revindex" -> (long) items.size() - index;
            case "revindex0" -> items.size() - index - 1L;
            case "first" -> index == 0;
            case "last" -> index == items.size() - 1;
            case "length" -> (long) items.size();
            case "depth" -> 1L;
            case "depth0" -> 0L;
            case "previtem" -> index == 0 ? new Undefined("there is no previous item") : items.get(index - 1);
            case "nextitem" ->
                index == items.size() - 1 ? new Undefined("there is no next item") : items.get(index + 1);
            case "cycle" -> PyCallable.of(name, this::cycle);
            case "changed" -> PyCallable.of(name, this::changed);
            default -> null;
        };
    }

    private Object cycle(CallArguments arguments) {
        List<Object> choices = arguments.positional();
        if (choices.isEmpty()) {
            throw Fault.of("loop.cycle needs at least one value");
        }
        return choices.get(index % choices.size());
    }

    private Object changed(CallArguments arguments) {
        Tuple now = new Tuple(arguments.positional());
        boolean changed = lastChanged == null || !PyOrder.equal(lastChanged, now);
        lastChanged = now;
        return changed;
    }
}
