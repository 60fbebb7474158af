/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.chat;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.Answer;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.deploy.decode.DecodeFlags;
import io.headwater.deploy.decode.GenerationOptions;
import io.headwater.deploy.decode.LoadedModel;
import io.headwater.deploy.decode.TextListener;
import io.headwater.model.generation.FinishReason;
import io.headwater.model.generation.TurnOptions;
import io.headwater.model.sampling.SamplingOptions;
import io.headwater.model.template.ChatMessages;
import io.headwater.testing.TinyModel;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

final class ConversationTest {
    @TempDir
    private Path directory;

    @SuppressWarnings("NullAway.Init") // set before each test
    private LoadedModel model;

    @BeforeEach
    void load() throws Exception {
        TinyModel.create().contextLength(200).write(directory);
        Console console = new Console(
                new PrintStream(PrintStream.nullOutputStream()),
                new PrintStream(PrintStream.nullOutputStream()),
                InputStream.nullInputStream(),
                false,
                directory,
                Map.of());
        DecodeFlags flags = CommandLine.populateCommand(new DecodeFlags(), "-m", "tiny.gguf", "--threads", "1");
        model = flags.load(console);
    }

    @AfterEach
    void close() {
        model.close();
    }

    @Test
    void theLogIsThePromptThatTheTemplateWrites() {
        try (Conversation conversation = conversation(5, Optional.of("be brief"))) {
            conversation.say("one", TextListener.SILENT, (_, _) -> {}, new Cancellation());
            conversation.say("two", TextListener.SILENT, (_, _) -> {}, new Cancellation());

            List<Map<String, Object>> asked = new ArrayList<>(conversation.messages());
            asked.removeLast();
            String prompt = model.chatFormat().render(asked, true);
            int[] log = conversation.log().toArray();
            assertThat(model.tokenizer().decode(Arrays.copyOf(log, log.length - 5)))
                    .isEqualTo(prompt);
        }
    }

    @Test
    void aSecondMessageReadsOnlyWhatTheTemplateAdds() {
        try (Conversation conversation = conversation(5, Optional.empty())) {
            conversation.say("a rather long first message", TextListener.SILENT, (_, _) -> {}, new Cancellation());
            int[] before = conversation.log().toArray();

            conversation.say("two", TextListener.SILENT, (_, _) -> {}, new Cancellation());

            int[] after = conversation.log().toArray();
            assertThat(Arrays.copyOf(after, before.length)).isEqualTo(before);
            assertThat(conversation.lastPrompt())
                    .isEqualTo(1 + after.length - 5 - before.length); // with the last answer's last token
        }
    }

    @Test
    void anEndTokenOfTheModelClosesTheTurnOnlyOnce() {
        int end = model.tokenizer().eos().orElseThrow();
        try (Conversation conversation = new Conversation(
                model,
                new GenerationOptions(
                        SamplingOptions.builder().logitBias(Map.of(end, 1000f)).build(),
                        0,
                        new TurnOptions(5, List.of(), false)),
                Optional.empty())) {
            Answer answer = conversation.say("one", TextListener.SILENT, (_, _) -> {}, new Cancellation());
            conversation.say("two", TextListener.SILENT, (_, _) -> {}, new Cancellation());

            assertThat(answer.tokens()).containsExactly(end);
            int[] log = conversation.log().toArray();
            String prompt = model.chatFormat()
                    .render(
                            new ChatMessages()
                                    .user("one")
                                    .assistant("")
                                    .user("two")
                                    .list(),
                            true);
            assertThat(Arrays.copyOf(log, log.length - 1)).isEqualTo(model.promptTokens(prompt));
        }
    }

    @Test
    void aCancelledAnswerIsKeptAsFarAsItCame() {
        try (Conversation conversation = conversation(50, Optional.empty())) {
            Cancellation cancellation = new Cancellation();
            Answer answer = conversation.say("one", _ -> cancellation.ask(), (_, _) -> {}, cancellation);

            Answer next = conversation.say("two", TextListener.SILENT, (_, _) -> {}, new Cancellation());

            assertThat(answer.finishReason()).isEqualTo(FinishReason.CANCELLED);
            assertThat(answer.tokens()).hasSizeLessThan(50);
            assertThat(next.tokens()).isNotEmpty();
            assertThat(conversation.messages().get(1)).containsEntry("content", answer.text());
        }
    }

    @Test
    void aPromptCancelledBeforeItWasReadIsReadWithTheNext() {
        try (Conversation conversation = conversation(3, Optional.empty())) {
            Cancellation cancelled = new Cancellation();
            cancelled.ask();
            conversation.say("one", TextListener.SILENT, (_, _) -> {}, cancelled);
            assertThat(conversation.cache().entries()).isZero();

            conversation.say("two", TextListener.SILENT, (_, _) -> {}, new Cancellation());

            int[] log = conversation.log().toArray();
            assertThat(model.tokenizer().decode(log)).contains("one", "two");
            assertThat(conversation.cache().entries()).isEqualTo(log.length - 1);
        }
    }

    @Test
    void aMessageWithoutRoomChangesNothing() {
        try (Conversation conversation = conversation(3, Optional.empty())) {
            conversation.say("one", TextListener.SILENT, (_, _) -> {}, new Cancellation());
            int[] log = conversation.log().toArray();

            assertThatThrownBy(() ->
                            conversation.say("x".repeat(300), TextListener.SILENT, (_, _) -> {}, new Cancellation()))
                    .isInstanceOf(UserError.class)
                    .hasMessageContaining("/clear");

            assertThat(conversation.log().toArray()).isEqualTo(log);
            assertThat(conversation.messages()).hasSize(2);
        }
    }

    private Conversation conversation(int tokens, Optional<String> system) {
        TurnOptions turn = new TurnOptions(tokens, List.of(), true);
        return new Conversation(model, new GenerationOptions(SamplingOptions.defaults(), 0, turn), system);
    }
}
