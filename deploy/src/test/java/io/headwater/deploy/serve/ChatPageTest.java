/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.serve;

import static io.headwater.deploy.serve.TestServer.json;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.headwater.deploy.cli.Json;
import io.headwater.testing.TinyModel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** The chat page in a browser, over a connection that breaks. */
@Timeout(180)
final class ChatPageTest {
    @TempDir
    private static Path directory;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static TestServer server;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static Chromium browser;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> program = Chromium.program();
        if (program.isEmpty()) {
            LoggerFactory.getLogger(ChatPageTest.class)
                    .error("CHROMIUM IS NOT INSTALLED: THE CHAT PAGE IS NOT TESTED (apt-get install chromium)");
            Assumptions.abort("no chromium: apt-get install chromium");
        }
        TinyModel.create().contextLength(256).write(directory);
        server = new TestServer(directory, Optional.of("open sesame"));
        browser = new Chromium(program.get(), directory.resolve("profile"));
    }

    @AfterAll
    static void end() {
        if (browser != null) {
            browser.close();
        }
        if (server != null) {
            server.close();
        }
    }

    /** The page of the server, or of a way to it, where the key has been typed in. */
    private static void open(String url) {
        browser.open(url + "/");
        browser.value("sessionStorage.setItem('key', 'open sesame')");
        browser.open(url + "/?again");
        browser.await("document.getElementById('model').textContent === 'tiny'");
    }

    private static void say(String text) {
        browser.value("document.getElementById('prompt').value = " + quoted(text)
                + "; document.getElementById('ask').requestSubmit(); 1");
    }

    private static String quoted(String text) {
        return Json.mapper().getNodeFactory().textNode(text).toString();
    }

    private static void awaitAnswers(int count) {
        browser.await("document.querySelectorAll('.note, .error').length === " + count
                + " && !document.getElementById('send').hidden");
        assertThat(browser.value("[...document.querySelectorAll('.error')].map(e => e.textContent).join()")
                        .asText())
                .isEmpty();
    }

    private static JsonNode session() throws Exception {
        String id = browser.value("location.hash.slice(1)").asText();
        return json(server.get("/v1/sessions/" + id, "Authorization", "Bearer open sesame"));
    }

    private static String shown() {
        return browser.value(
                        "[...document.querySelectorAll('.user, .assistant')].map(e => e.className + ': ' + e.textContent).join('\\n')")
                .asText();
    }

    private static String told(JsonNode session) {
        return session.path("messages")
                .valueStream()
                .map(message -> message.path("role").asText() + ": "
                        + message.path("content").asText())
                .collect(Collectors.joining("\n"));
    }

    private static String opened(String body) throws Exception {
        return json(server.post("/v1/sessions", body, "Authorization", "Bearer open sesame"))
                .path("id")
                .asText();
    }

    @BeforeEach
    void forget() {
        browser.open("about:blank#");
    }

    @Test
    void anAnswerWhoseStreamIsCutFourTimesIsShownOnceAndWhole() throws Exception {
        try (CuttingProxy proxy = new CuttingProxy(server.url())) {
            open(proxy.url());
            proxy.cutAfter(900, 1500, 350, 2500);
            browser.value("document.getElementById('max_tokens').value = 120; 1");

            say("to be or not to be <b>bold</b>");
            awaitAnswers(1);
            say("again");
            awaitAnswers(2);

            assertThat(proxy.done()).isEqualTo(4);
            JsonNode session = session();
            assertThat(session.path("messages")).hasSize(4);
            assertThat(shown()).isEqualTo(told(session)).contains("<b>bold</b>");
            if (System.getProperty("headwater.picture") != null) {
                browser.picture(Path.of(System.getProperty("headwater.picture")));
            }
        }
    }

    @Test
    void anAnswerIsStoppedByTheButton() throws Exception {
        open(server.url());
        String id = opened(
                "{\"ignore_eos\":true,\"max_tokens\":100000000,\"kv\":{\"policy\":\"streaming-llm\",\"budget\":40,\"interval\":16}}");
        browser.value("location.hash = '" + id + "'");
        browser.await("session === '" + id + "' && !document.getElementById('send').hidden");
        say("to be or");
        browser.await("(document.querySelector('.assistant') || {textContent: ''}).textContent.length > 20");

        browser.value("document.getElementById('stop').click()");
        awaitAnswers(1);

        assertThat(browser.value("document.querySelector('.note').textContent").asText())
                .startsWith("stopped");
        assertThat(session().path("state").asText()).isEqualTo("idle");
        assertThat(shown()).isEqualTo(told(session()));
    }

    @Test
    void aPageThatIsLoadedAnewGoesOnWithTheAnswerAtWork() throws Exception {
        open(server.url());
        String id = opened(
                "{\"ignore_eos\":true,\"max_tokens\":2500,\"kv\":{\"policy\":\"streaming-llm\",\"budget\":40,\"interval\":16}}");
        browser.value("location.hash = '" + id + "'");
        browser.await("session === '" + id + "' && !document.getElementById('send').hidden");
        say("one");
        browser.await("(document.querySelector('.assistant') || {textContent: ''}).textContent.length > 20");

        browser.value("location.reload()");
        browser.await(
                "document.querySelectorAll('.assistant').length === 1 && document.querySelector('.assistant').textContent.length > 20");
        browser.await("!document.getElementById('send').hidden");

        assertThat(shown()).isEqualTo(told(session()));
    }

    @Test
    void aWrongKeyIsSaidAndTheRightOneHelps() {
        browser.open(server.url() + "/");
        browser.value("document.getElementById('key').value = 'wrong'; 1");
        say("hello");
        browser.await("document.querySelector('.error') !== null");

        assertThat(browser.value("document.querySelector('.error').textContent").asText())
                .contains("API key");
        assertThat(browser.value("document.getElementById('settings').open").asBoolean())
                .isTrue();
    }

    @Test
    void anEventSourceResumesByItself() throws Exception {
        String id;
        Path other = Files.createDirectory(directory.resolve("open"));
        TinyModel.create().contextLength(256).write(other);
        try (TestServer open = new TestServer(other, Optional.empty());
                CuttingProxy proxy = new CuttingProxy(open.url())) {
            id = json(open.post("/v1/sessions", "{\"ignore_eos\":true}"))
                    .path("id")
                    .asText();
            browser.open(proxy.url() + "/");
            proxy.cutAfter(700, 2000, 300);
            open.post("/v1/sessions/" + id + "/messages", "{\"content\":\"one\",\"max_tokens\":100}");

            JsonNode heard = browser.value(
                    "new Promise(done => { const all = []; "
                            + "const source = new EventSource('/v1/sessions/" + id + "/tokens');"
                            + "source.onmessage = event => all.push(event.lastEventId);"
                            + "source.addEventListener('done', event => { all.push(event.lastEventId); source.close(); done(all.join()); }); })");

            assertThat(heard.asText())
                    .isEqualTo(java.util.stream.IntStream.rangeClosed(0, 100)
                            .mapToObj(Integer::toString)
                            .collect(Collectors.joining(",")));
            assertThat(proxy.done()).isEqualTo(3);
        }
    }
}
