/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import static io.headwater.deploy.serve.TestServer.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.data.message.UserMessage;
import dev.langchain4j.exception.AuthenticationException;
import dev.langchain4j.model.chat.request.ChatRequest;
import dev.langchain4j.model.chat.response.ChatResponse;
import dev.langchain4j.model.chat.response.StreamingChatResponseHandler;
import dev.langchain4j.model.openai.OpenAiChatModel;
import dev.langchain4j.model.openai.OpenAiStreamingChatModel;
import dev.langchain4j.model.output.FinishReason;
import io.headwater.testing.TinyModel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The clients that people have: openai for Python, LangChain4j, curl. */
@Timeout(180)
final class RealClientsTest {
    private static final String KEY = "s3cret";

    @TempDir
    private static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static TestServer server;

    @BeforeAll
    static void start() throws Exception {
        TinyModel.create().contextLength(256).write(directory);
        server = new TestServer(directory, Optional.of(KEY), "--sequences", "1", "--queue", "0");
    }

    @AfterAll
    static void end() {
        server.close();
    }

    private static String run(List<String> words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).as(said).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    /** Skipped in a way that nobody overlooks. */
    private static void need(boolean there, String what) {
        if (!there) {
            LoggerFactory.getLogger(RealClientsTest.class).error("{}: THIS CLIENT IS NOT TESTED", what);
            Assumptions.abort(what);
        }
    }

    @Test
    void theOpenAiPackageForPythonUnderstandsEverything() throws Exception {
        Path python = Path.of(
                Optional.ofNullable(System.getenv("HEADWATER_TEST_PYTHON")).orElse("target/clients/bin/python"));
        need(
                Files.isExecutable(python),
                "there is no " + python.toAbsolutePath()
                        + " (python3 -m venv deploy/target/clients && deploy/target/clients/bin/pip install openai)");

        String said = run(List.of(
                python.toString(),
                Path.of("src/test/python/openai_client.py").toAbsolutePath().toString(),
                server.url(),
                KEY));

        assertThat(said).startsWith("openai ");
    }

    private static OpenAiChatModel langchain(String key) {
        return OpenAiChatModel.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey(key)
                .modelName("tiny")
                .temperature(0.8)
                .seed(5)
                .maxTokens(12)
                .maxRetries(0)
                .build();
    }

    @Test
    void langChain4jChatsAndStreams() throws Exception {
        ChatRequest asked = ChatRequest.builder()
                .messages(UserMessage.from("to be or not to be"))
                .build();
        ChatResponse whole = langchain(KEY).chat(asked);
        List<String> pieces = new ArrayList<>();
        CompletableFuture<ChatResponse> streamed = new CompletableFuture<>();
        OpenAiStreamingChatModel.builder()
                .baseUrl(server.url() + "/v1")
                .apiKey(KEY)
                .modelName("tiny")
                .temperature(0.8)
                .seed(5)
                .maxTokens(12)
                .build()
                .chat(asked, new StreamingChatResponseHandler() {
                    @Override
                    public void onPartialResponse(String piece) {
                        pieces.add(piece);
                    }

                    @Override
                    public void onCompleteResponse(ChatResponse response) {
                        streamed.complete(response);
                    }

                    @Override
                    public void onError(Throwable error) {
                        streamed.completeExceptionally(error);
                    }
                });
        ChatResponse last = streamed.get(60, TimeUnit.SECONDS);

        assertThat(whole.aiMessage().text()).isNotEmpty();
        assertThat(whole.tokenUsage().outputTokenCount()).isBetween(1, 12);
        assertThat(whole.finishReason()).isIn(FinishReason.LENGTH, FinishReason.STOP);
        assertThat(String.join("", pieces)).isEqualTo(whole.aiMessage().text());
        assertThat(last.aiMessage().text()).isEqualTo(whole.aiMessage().text());
        assertThat(last.finishReason()).isEqualTo(whole.finishReason());
        assertThatThrownBy(() -> langchain("wrong").chat(asked)).isInstanceOf(AuthenticationException.class);
    }

    @Test
    void curlResumesAStreamByItsLastEventId() throws Exception {
        need(Files.isExecutable(Path.of("/usr/bin/curl")), "there is no /usr/bin/curl");
        String stream = run(List.of(
                "curl",
                "-sS",
                "-N",
                "-D",
                "-",
                server.url() + "/v1/completions",
                "-H",
                "Authorization: Bearer " + KEY,
                "-d",
                "{\"prompt\":\"to be\",\"max_tokens\":20,\"ignore_eos\":true,\"stream\":true}"));
        String session = stream.lines()
                .filter(line -> line.startsWith("X-Headwater-Session: "))
                .map(line -> line.substring("X-Headwater-Session: ".length()).strip())
                .findFirst()
                .orElseThrow();

        String rest = run(List.of(
                "curl",
                "-sS",
                "-N",
                server.url() + "/v1/sessions/" + session + "/tokens",
                "-H",
                "Last-Event-ID: 14",
                "-H",
                "Authorization: Bearer " + KEY));

        assertThat(stream).contains("data: [DONE]");
        assertThat(rest.lines().filter(line -> line.startsWith("id: ")))
                .containsExactly("id: 15", "id: 16", "id: 17", "id: 18", "id: 19", "id: 20");
        assertThat(rest).contains("retry: 500\n", "event: done\n");
        String large = run(List.of(
                "bash",
                "-c",
                "head -c 10000000 /dev/zero | curl -sS -o /dev/null -w '%{http_code}' -H 'Authorization: Bearer " + KEY
                        + "' --data-binary @- " + server.url() + "/v1/completions"));
        assertThat(large).isEqualTo("413");
        assertThat(json(server.get("/v1/models", "Authorization", "Bearer " + KEY))
                        .path("data"))
                .hasSize(1);
    }
}
