/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.python.Fault;
import java.time.ZonedDateTime;
import java.time.format.TextStyle;
import java.util.Locale;

/** Python's strftime in the C locale. */
final class Strftime {
    private Strftime() {}

    static String format(String format, ZonedDateTime time) {
        StringBuilder out = new StringBuilder();
        for (int i = 0; i < format.length(); i++) {
            if (format.charAt(i) != '%') {
                out.append(format.charAt(i));
                continue;
            }
            boolean unpadded = format.startsWith("-", i + 1);
            i += unpadded ? 2 : 1;
            if (i >= format.length()) {
                throw Fault.of("strftime_now: the format ends within a directive");
            }
            String field = field(format.charAt(i), time);
            out.append(unpadded ? field.replaceFirst("^[0 ]+(?=\\d)", "") : field);
        }
        return out.toString();
    }

    private static String field(char directive, ZonedDateTime time) {
        return switch (directive) {
            case 'd' -> twoDigits(time.getDayOfMonth());
            case 'e' -> String.format("%2d", time.getDayOfMonth());
            case 'm' -> twoDigits(time.getMonthValue());
            case 'b', 'h' ->
                time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3);
            case 'B' -> time.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'a' ->
                time.getDayOfWeek()
                        .getDisplayName(TextStyle.FULL, Locale.ENGLISH)
                        .substring(0, 3);
            case 'A' -> time.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
            case 'y' -> twoDigits(time.getYear() % 100);
            case 'Y' -> Integer.toString(time.getYear());
            case 'H' -> twoDigits(time.getHour());
            case 'I' -> twoDigits((time.getHour() + 11) % 12 + 1);
            case 'M' -> twoDigits(time.getMinute());
            case 'S' -> twoDigits(time.getSecond());
            case 'p' -> time.getHour() < 12 ? "AM" : "PM";
            case 'j' -> String.format("%03d", time.getDayOfYear());
            case 'F' -> format("%Y-%m-%d", time);
            case 'T' -> format("%H:%M:%S", time);
            case '%' -> "%";
            default -> throw Fault.unsupported("strftime_now with %" + directive);
        };
    }

    private static String twoDigits(int number) {
        return String.format("%02d", number);
    }
}
