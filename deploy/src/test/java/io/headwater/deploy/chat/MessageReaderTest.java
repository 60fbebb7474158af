/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.chat;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class MessageReaderTest {
    @Test
    void aLineIsAMessage() throws IOException {
        assertThat(messages("one", "", "two")).containsExactly("one", "", "two");
    }

    @Test
    void aBackslashAtTheEndGoesOn() throws IOException {
        assertThat(messages("one\\", "two\\", "three", "four")).containsExactly("one\ntwo\nthree", "four");
        assertThat(messages("one\\")).containsExactly("one\n");
    }

    @Test
    void threeQuotesEncloseAMessage() throws IOException {
        assertThat(messages("\"\"\"", "one", "", "two", "\"\"\"", "three")).containsExactly("one\n\ntwo", "three");
        assertThat(messages("\"\"\"one", "two\"\"\"", "\"\"\"all of it\"\"\""))
                .containsExactly("one\ntwo", "all of it");
        assertThat(messages("\"\"\"", "never ended")).containsExactly("never ended");
    }

    private static List<String> messages(String... lines) throws IOException {
        Deque<String> left = new ArrayDeque<>(List.of(lines));
        MessageReader reader = new MessageReader(new LineSource() {
            @Override
            public Optional<String> line(String prompt) {
                return Optional.ofNullable(left.poll());
            }

            @Override
            public void close() {}
        });
        List<String> messages = new ArrayList<>();
        for (Optional<String> read = reader.next(); read.isPresent(); read = reader.next()) {
            messages.add(read.get());
        }
        return messages;
    }
}
