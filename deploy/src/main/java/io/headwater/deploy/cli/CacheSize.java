/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.util.OptionalLong;
import picocli.CommandLine.TypeConversionException;

/** What the user wrote for {@code --kv-snapshots}. */
public final class CacheSize {
    /** What files may have together where nothing is said. */
    public static final String DEFAULT = "4g";

    private CacheSize() {}

    /** Bytes, at least 1; empty if there shall be no files. */
    public static OptionalLong parse(String text) {
        if (text.equals("none")) {
            return OptionalLong.empty();
        }
        try {
            long bytes = new Sizes().convert(text);
            return bytes == 0 ? OptionalLong.empty() : OptionalLong.of(bytes);
        } catch (TypeConversionException e) {
            throw new UserError("--kv-snapshots " + text + ": give bytes, as 500m or 4g, or none", e);
        }
    }
}
