/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.compression;

import io.headwater.compression.allocation.Allocation;
import io.headwater.compression.allocation.HeadGrouping;
import io.headwater.compression.entropy.PrefillStaging;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** An option of a policy: its name, its default, what values it takes, and what it does, for {@code headwater policies}. */
public sealed interface PolicyOption {
    String name();

    /** The default in canonical form. */
    String byDefault();

    String meaning();

    /** What values there are, to be read after "must be". */
    String range();

    /** The canonical form of a value, or empty if it is none. */
    Optional<String> canonical(String text);

    /** An integer of a closed range. */
    record Whole(String name, int value, int least, int most, String meaning) implements PolicyOption {
        @Override
        public String byDefault() {
            return Integer.toString(value);
        }

        @Override
        public String range() {
            return "a whole number from " + least + " to " + most;
        }

        @Override
        public Optional<String> canonical(String text) {
            try {
                int parsed = Integer.parseInt(text);
                return parsed < least || parsed > most ? Optional.empty() : Optional.of(Integer.toString(parsed));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }
    }

    /** A decimal number of a closed range, an f32. */
    record Decimal(String name, String byDefault, double least, double most, String meaning) implements PolicyOption {
        @Override
        public String range() {
            return "a number from " + plain(least) + " to " + plain(most);
        }

        @Override
        public Optional<String> canonical(String text) {
            try {
                float parsed = new BigDecimal(text).floatValue();
                return parsed < least || parsed > most ? Optional.empty() : Optional.of(plain(parsed));
            } catch (NumberFormatException e) {
                return Optional.empty();
            }
        }

        private static String plain(double x) {
            String shortest = x == (float) x ? Float.toString((float) x) : Double.toString(x);
            return x == 0 ? "0" : new BigDecimal(shortest).stripTrailingZeros().toPlainString();
        }
    }

    /** One of a few words. */
    record Choice(String name, String byDefault, List<String> words, String meaning) implements PolicyOption {
        public Choice {
            words = List.copyOf(words);
        }

        @Override
        public String range() {
            return "one of " + String.join(", ", words);
        }

        @Override
        public Optional<String> canonical(String text) {
            return words.contains(text) ? Optional.of(text) : Optional.empty();
        }
    }

    /** How heads share a budget: one of the words, {@code entropy} with its head groups too. */
    record Division(String name, String byDefault, String meaning) implements PolicyOption {
        @Override
        public String range() {
            return "one of " + plain().collect(Collectors.joining(", "))
                    + ", entropy (takes the model's calibration; entropy/N: N groups of heads in place of 2)";
        }

        @Override
        public Optional<String> canonical(String text) {
            boolean plain = plain().anyMatch(text::equals);
            return plain ? Optional.of(text) : HeadGrouping.parse(text).map(HeadGrouping::text);
        }

        private static Stream<String> plain() {
            return Stream.of(Allocation.values())
                    .filter(allocation -> !allocation.calibrated())
                    .map(Allocation::word);
        }
    }

    /** Whether a prefill goes on with fewer tokens from stage to stage: off, or on, with the stages too. */
    record Staging(String name, String meaning) implements PolicyOption {
        @Override
        public String byDefault() {
            return PrefillStaging.OFF.text();
        }

        @Override
        public String range() {
            return "one of off, on (takes the model's calibration)";
        }

        @Override
        public Optional<String> canonical(String text) {
            return PrefillStaging.parse(text).map(PrefillStaging::text);
        }
    }
}
