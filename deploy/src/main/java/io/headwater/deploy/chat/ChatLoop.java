/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.chat;

import io.headwater.deploy.cli.Console;
import io.headwater.deploy.cli.Interrupts;
import io.headwater.deploy.cli.OutputFlags;
import io.headwater.deploy.cli.ProgressBar;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.decode.Answer;
import io.headwater.deploy.decode.Cancellation;
import io.headwater.model.generation.FinishReason;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Reads messages and commands until the input ends or {@code /quit}. */
final class ChatLoop {
    static final List<String> COMMANDS = List.of("/clear", "/stats", "/save", "/quit", "/help");

    private static final String HELP = """
            /clear      forget the conversation
            /stats      tokens, memory and speed
            /save FILE  write the messages as JSON (headwater template --messages reads it)
            /quit       leave; so does Ctrl-D
            A line that ends in \\ goes on in the next; \"""begins and ends a longer message.
            Ctrl-C stops the answer.""";

    private final Console console;
    private final OutputFlags output;
    private final Conversation conversation;
    private final MessageReader input;
    private Optional<Answer> lastAnswer = Optional.empty();

    ChatLoop(Console console, OutputFlags output, Conversation conversation, MessageReader input) {
        this.console = console;
        this.output = output;
        this.conversation = conversation;
        this.input = input;
    }

    void run() throws IOException {
        for (Optional<String> read = input.next(); read.isPresent(); read = input.next()) {
            String message = read.get().strip();
            if (message.equals("/quit") || message.equals("/exit")) {
                return;
            }
            try {
                take(message);
            } catch (UserError refused) {
                console.err().println(refused.getMessage());
            }
        }
    }

    private void take(String message) throws IOException {
        if (message.startsWith("/")) {
            command(message);
        } else if (!message.isEmpty()) {
            answer(message);
        }
    }

    private void command(String line) throws IOException {
        String name = line.split("\\s", 2)[0];
        switch (name) {
            case "/clear" -> {
                conversation.clear();
                lastAnswer = Optional.empty();
                output.note(console, "forgotten");
            }
            case "/stats" -> say(ChatStatistics.describe(conversation, lastAnswer));
            case "/save" ->
                output.note(
                        console,
                        "saved " + Transcript.save(console, line.substring(name.length()), conversation.messages()));
            case "/help" -> say(HELP);
            default -> throw new UserError("unknown command " + name + ": /help lists them");
        }
    }

    private void answer(String message) {
        Cancellation cancellation = new Cancellation();
        try (ProgressBar bar = output.progress(console, "reading", ProgressBar.Unit.ITEMS);
                Interrupts _ = Interrupts.during(cancellation::ask)) {
            Answer answer = conversation.say(
                    message,
                    piece -> {
                        bar.clear();
                        console.out().print(piece);
                        console.out().flush();
                    },
                    (done, total) -> {
                        if (done < total) { // short prompts need no bar
                            bar.update(done, total);
                        }
                    },
                    cancellation);
            bar.clear();
            lastAnswer = Optional.of(answer);
            say("");
            if (answer.finishReason() == FinishReason.CANCELLED) {
                output.note(console, "(stopped)");
            }
        }
    }

    private void say(String text) {
        console.out().println(text);
        console.out().flush();
    }
}
