/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.headwater.deploy.http.ApiOptions.Address;
import java.util.Set;
import org.apache.pekko.http.javadsl.model.HttpRequest;
import org.apache.pekko.http.javadsl.model.headers.Host;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class KnownHostsTest {
    private static void ask(KnownHosts hosts, String name) {
        hosts.check(HttpRequest.create().addHeader(Host.create(name, 8080)));
    }

    private static KnownHosts listening(String host, String... names) {
        return new KnownHosts(new Address(host, 8080, Set.of(names)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1", "localhost", "::1"})
    void onALoopbackAddressAnotherSitesNameIsRefused(String listens) {
        assertThatThrownBy(() -> ask(listening(listens), "evil.example"))
                .isInstanceOfSatisfying(
                        ApiError.class,
                        error -> assertThat(error.status().intValue()).isEqualTo(403))
                .hasMessageContaining("does not answer to the name 'evil.example'")
                .hasMessageContaining("--allow-host evil.example");
        assertThatThrownBy(() -> ask(listening(listens), "localhost.evil.example"))
                .hasMessageContaining("localhost.evil.example");
        assertThatThrownBy(() -> ask(listening(listens), "127.0.0.1.evil.example"))
                .hasMessageContaining("127.0.0.1.evil.example");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"127.0.0.1", "127.0.0.2", "[::1]", "192.168.1.7", "localhost", "LocalHost", "chat.localhost"})
    void onALoopbackAddressAddressesAndLocalhostAreAnswered(String name) {
        assertThatCode(() -> ask(listening("127.0.0.1"), name)).doesNotThrowAnyException();
    }

    @Test
    void namesThatItWasToldAreAnsweredAndThenNoOthersAnywhere() {
        KnownHosts hosts = listening("0.0.0.0", "Chat.Example");

        assertThatCode(() -> ask(hosts, "chat.example")).doesNotThrowAnyException();
        assertThatThrownBy(() -> ask(hosts, "evil.example")).hasMessageContaining("evil.example");
    }

    @Test
    void whoListensForOthersAndWasToldNoNamesAnswersToAny() {
        assertThatCode(() -> ask(listening("0.0.0.0"), "any.example")).doesNotThrowAnyException();
    }
}
