/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.membership;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HostPortTest {
    @ParameterizedTest
    @ValueSource(strings = {"localhost:2552", "10.0.0.7:0", "[::1]:65535"})
    void writesWhatItReads(String text) {
        assertThat(HostPort.parse(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", ":1", "host:", "host:x", "host:-1", "host:65536", "::1:5"})
    void refusesWhatIsNoAddress(String text) {
        assertThatThrownBy(() -> HostPort.parse(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takesAnIpv6AddressOutOfItsBrackets() {
        assertThat(HostPort.parse("[::1]:5").host()).isEqualTo("::1");
    }
}
