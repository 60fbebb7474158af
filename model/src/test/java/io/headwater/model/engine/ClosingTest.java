/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class ClosingTest {
    private final List<String> closed = new ArrayList<>();

    @Test
    void everythingIsClosedInReverseOrderEvenIfSomeThrow() {
        List<Closing.Resource> opened = List.of(good("a"), bad("b"), good("c"), bad("d"));

        assertThatThrownBy(() -> Closing.reversed(opened))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("d")
                .satisfies(e -> assertThat(e.getSuppressed())
                        .singleElement()
                        .satisfies(other -> assertThat(other).hasMessage("b")));

        assertThat(closed).containsExactly("d", "c", "b", "a");
    }

    @Test
    void whatClosingThrowsAfterAFailureIsSuppressedInIt() {
        Exception failure = new Exception("the cause");

        Closing.after(failure, List.of(good("a"), bad("b")));

        assertThat(failure.getSuppressed())
                .singleElement()
                .satisfies(e -> assertThat(e).hasMessage("b"));
        assertThat(closed).containsExactly("b", "a");
    }

    private Closing.Resource good(String name) {
        return () -> closed.add(name);
    }

    private Closing.Resource bad(String name) {
        return () -> {
            closed.add(name);
            throw new IllegalStateException(name);
        };
    }
}
