/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ModelNameTest {
    @Test
    void readsAnAddressOnHuggingFace() {
        assertThat(ModelName.parse("hf:owner/repo/sub/file.gguf"))
                .isEqualTo(new ModelName.Remote(
                        URI.create("https://huggingface.co/owner/repo/resolve/main/sub/file.gguf"),
                        "owner/repo/sub/file.gguf"));
    }

    @Test
    void keepsFilesOfDifferentServersApart() {
        assertThat(ModelName.parse("https://a.example:8443/x/m.gguf?download=true"))
                .isInstanceOfSatisfying(
                        ModelName.Remote.class,
                        remote -> assertThat(remote.place()).isEqualTo("a.example_8443/x/m.gguf"));
    }

    @Test
    void takesEverythingElseForAFile() {
        assertThat(ModelName.parse("./smollm2")).isEqualTo(new ModelName.Local("./smollm2"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hf:owner/repo",
                "hf:owner/repo/file.bin",
                "hf:../../x.gguf",
                "hf:a/b/../../../x.gguf",
                "https://host/page.html",
                "http://host/../../../x.gguf",
                "http://a b/x.gguf"
            })
    void refusesWhatIsNoAddressOfAModel(String name) {
        assertThatThrownBy(() -> ModelName.parse(name))
                .isInstanceOfSatisfying(
                        ModelException.class, e -> assertThat(e.badRequest()).isTrue())
                .hasMessageContaining(name);
    }
}
