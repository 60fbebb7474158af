/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import java.net.URI;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a user may call a model. */
public sealed interface ModelName {
    /** A short name: {@code smollm2}. */
    record Alias(ModelAlias alias) implements ModelName {}

    /** A file somewhere else. {@code place}: where it is kept below the store's directory, one place per address. */
    record Remote(URI url, String place) implements ModelName {}

    /** A file on this machine, or a name in the store. */
    record Local(String written) implements ModelName {}

    Pattern HUGGING_FACE = Pattern.compile("hf:([\\w.-]+)/([\\w.-]+)/([\\w./-]+\\.gguf)");

    /** Understands a name without looking at any disk. */
    static ModelName parse(String written) {
        Optional<ModelAlias> alias = ModelAlias.named(written);
        if (alias.isPresent()) {
            return new Alias(alias.get());
        }
        if (written.startsWith("hf:")) {
            return huggingFace(written);
        }
        String lower = written.toLowerCase(Locale.ROOT);
        return lower.startsWith("http://") || lower.startsWith("https://") ? remote(written) : new Local(written);
    }

    private static Remote huggingFace(String written) {
        Matcher matcher = HUGGING_FACE.matcher(written);
        if (!matcher.matches() || !staysInside(written.substring("hf:".length()))) {
            throw ModelException.refused("'" + written + "' is no model: write hf:OWNER/REPO/FILE.gguf");
        }
        String repository = matcher.group(1) + "/" + matcher.group(2);
        URI url = URI.create("https://huggingface.co/" + repository + "/resolve/main/" + matcher.group(3));
        return new Remote(url, repository + "/" + matcher.group(3));
    }

    private static Remote remote(String written) {
        URI url;
        try {
            url = URI.create(written);
        } catch (IllegalArgumentException e) {
            throw ModelException.refused("'" + written + "' is no URL: check it for blanks and brackets", e);
        }
        String path = url.getPath();
        if (url.getHost() == null || path == null || !path.endsWith(".gguf") || !staysInside(path)) {
            throw ModelException.refused("'" + written + "' names no .gguf file: write http(s)://HOST/…/FILE.gguf");
        }
        String port = url.getPort() < 0 ? "" : "_" + url.getPort();
        return new Remote(url, url.getHost() + port + path);
    }

    private static boolean staysInside(String path) {
        Path start = Path.of("store");
        return !path.contains("\0") && start.resolve("./" + path).normalize().startsWith(start) && !path.contains("..");
    }
}
