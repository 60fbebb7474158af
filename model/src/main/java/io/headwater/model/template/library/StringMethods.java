/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.library;

import io.headwater.model.template.python.CallArguments;
import io.headwater.model.template.python.CallArguments.Bound;
import io.headwater.model.template.python.Fault;
import io.headwater.model.template.python.PyCallable;
import io.headwater.model.template.python.Tuple;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's str. */
final class StringMethods {
    @FunctionalInterface
    private interface Method {
        Object call(String self, CallArguments arguments);
    }

    private static final Map<String, Method> METHODS = Map.ofEntries(
            Map.entry("strip", (self, arguments) -> PyStrings.strip(self, characters("strip", arguments))),
            Map.entry("lstrip", (self, arguments) -> PyStrings.stripStart(self, characters("lstrip", arguments))),
            Map.entry("rstrip", (self, arguments) -> PyStrings.stripEnd(self, characters("rstrip", arguments))),
            Map.entry("split", (self, arguments) -> split(self, arguments, false)),
            Map.entry("rsplit", (self, arguments) -> split(self, arguments, true)),
            Map.entry("splitlines", (self, arguments) -> {
                Bound bound = arguments.bind("splitlines", "keepends");
                return PyStrings.lines(self, bound.truth(0, false));
            }),
            Map.entry("startswith", (self, arguments) -> affix("startswith", self, arguments, String::startsWith)),
            Map.entry("endswith", (self, arguments) -> affix("endswith", self, arguments, String::endsWith)),
            Map.entry("upper", (self, arguments) -> none("upper", arguments, self.toUpperCase(Locale.ROOT))),
            Map.entry("lower", (self, arguments) -> none("lower", arguments, self.toLowerCase(Locale.ROOT))),
            Map.entry("title", (self, arguments) -> none("title", arguments, PyStrings.title(self))),
            Map.entry("capitalize", (self, arguments) -> none("capitalize", arguments, PyStrings.capitalize(self))),
            Map.entry("replace", (self, arguments) -> {
                Bound bound = arguments.bind("replace", "old", "new", "count");
                return PyStrings.replace(self, bound.string(0), bound.string(1), bound.integer(2, -1));
            }),
            Map.entry("find", (self, arguments) -> find("find", self, arguments)),
            Map.entry("rfind", (self, arguments) -> {
                String part = arguments.bind("rfind", "sub").string(0);
                return place(self, self.lastIndexOf(part));
            }),
            Map.entry("index", (self, arguments) -> {
                Object place = find("index", self, arguments);
                if (place.equals(-1L)) {
                    throw Fault.of("index: substring not found");
                }
                return place;
            }),
            Map.entry("count", (self, arguments) -> {
                String part = arguments.bind("count", "sub").string(0);
                return part.isEmpty()
                        ? self.codePointCount(0, self.length()) + 1L
                        : (Object) PyStrings.occurrences(self, part);
            }),
            Map.entry("join", (self, arguments) -> {
                Object items = arguments.bind("join", "iterable").get(0);
                return PyStrings.joinStrings(self, items);
            }),
            Map.entry("removeprefix", (self, arguments) -> {
                String prefix = arguments.bind("removeprefix", "prefix").string(0);
                return self.startsWith(prefix) ? self.substring(prefix.length()) : self;
            }),
            Map.entry("removesuffix", (self, arguments) -> {
                String suffix = arguments.bind("removesuffix", "suffix").string(0);
                return self.endsWith(suffix) ? self.substring(0, self.length() - suffix.length()) : self;
            }),
            Map.entry("partition", (self, arguments) -> partition(self, arguments)),
            Map.entry("isspace", (self, arguments) -> none("isspace", arguments, PyStrings.isSpace(self))),
            Map.entry("isdigit", (self, arguments) -> none("isdigit", arguments, all(self, Character::isDigit))),
            Map.entry("isalpha", (self, arguments) -> none("isalpha", arguments, all(self, Character::isLetter))),
            Map.entry(
                    "isalnum", (self, arguments) -> none("isalnum", arguments, all(self, Character::isLetterOrDigit))),
            Map.entry("islower", (self, arguments) -> none("islower", arguments, PyStrings.isLower(self))),
            Map.entry("isupper", (self, arguments) -> none("isupper", arguments, PyStrings.isUpper(self))));

    private static final Set<String> UNSUPPORTED = Set.of(
            "casefold",
            "center",
            "encode",
            "expandtabs",
            "format",
            "format_map",
            "isascii",
            "isdecimal",
            "isidentifier",
            "isnumeric",
            "isprintable",
            "istitle",
            "ljust",
            "maketrans",
            "rindex",
            "rjust",
            "rpartition",
            "swapcase",
            "translate",
            "zfill");

    private StringMethods() {}

    /** The method as a callable, or null if a str has none of this name. */
    static @Nullable Object find(String self, String name) {
        Method method = METHODS.get(name);
        if (method == null && UNSUPPORTED.contains(name)) {
            throw Access.unsupported(self, name);
        }
        return method == null ? null : PyCallable.of(name, arguments -> method.call(self, arguments));
    }

    private static Object none(String name, CallArguments arguments, Object result) {
        arguments.bind(name);
        return result;
    }

    private static @Nullable String characters(String name, CallArguments arguments) {
        return PyStrings.stringOrNone(name, arguments.bind(name, "chars"), 0);
    }

    private static Object split(String self, CallArguments arguments, boolean fromEnd) {
        Bound bound = arguments.bind(fromEnd ? "rsplit" : "split", "sep", "maxsplit");
        String separator = PyStrings.stringOrNone("split", bound, 0);
        return PyStrings.split(self, separator, bound.integer(1, -1), fromEnd);
    }

    private static Object affix(
            String name, String self, CallArguments arguments, BiPredicate<String, String> matches) {
        Bound bound = arguments.bind(name, "affix");
        if (bound.get(0) instanceof Tuple(java.util.List<Object> affixes)) {
            return affixes.stream()
                    .anyMatch(affix -> matches.test(
                            self, CallArguments.of(affix).bind(name, "affix").string(0)));
        }
        return matches.test(self, bound.string(0));
    }

    private static Object find(String name, String self, CallArguments arguments) {
        Bound bound = arguments.bind(name, "sub", "start");
        int length = self.codePointCount(0, self.length());
        long start = bound.integer(1, 0);
        long from = Math.max(0, start < 0 ? start + length : start);
        return from > length ? -1L : place(self, self.indexOf(bound.string(0), self.offsetByCodePoints(0, (int) from)));
    }

    private static Object place(String self, int index) {
        return index < 0 ? -1L : (long) self.codePointCount(0, index);
    }

    private static Object partition(String self, CallArguments arguments) {
        String separator = arguments.bind("partition", "sep").string(0);
        int place = self.indexOf(separator);
        return place < 0
                ? Tuple.of(self, "", "")
                : Tuple.of(self.substring(0, place), separator, self.substring(place + separator.length()));
    }

    private static boolean all(String self, java.util.function.IntPredicate test) {
        return !self.isEmpty() && self.codePoints().allMatch(test);
    }
}
