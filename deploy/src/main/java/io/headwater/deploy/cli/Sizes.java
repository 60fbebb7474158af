/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Bytes as people write them: {@code 200000000}, {@code 500m}, {@code 4G}; k, m and g are powers of 1024. */
public final class Sizes implements ITypeConverter<Long> {
    private static final Pattern SIZE = Pattern.compile("([0-9]{1,9})([kmg])(?:i?b)?|([0-9]{1,19})b?");

    @Override
    public Long convert(String text) {
        Matcher matcher = SIZE.matcher(text.toLowerCase(Locale.ROOT));
        if (!matcher.matches()) {
            throw refused(text);
        }
        if (matcher.group(3) != null) {
            try {
                return Long.parseLong(matcher.group(3));
            } catch (NumberFormatException _) {
                throw refused(text); // 2^63 or more
            }
        }
        int shift = switch (matcher.group(2).charAt(0)) {
            case 'k' -> 10;
            case 'm' -> 20;
            default -> 30;
        };
        return Long.parseLong(matcher.group(1)) << shift; // less than 2^30 times 2^30
    }

    private static TypeConversionException refused(String text) {
        return new TypeConversionException("'" + text + "' is no size: give bytes, as 200000000, 500m or 4g");
    }
}
