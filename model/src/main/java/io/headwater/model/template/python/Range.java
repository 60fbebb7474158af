/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.template.python;

import java.util.AbstractList;
import java.util.List;

/** Python's {@code range}, at most {@link #MAX_LENGTH} long as in Jinja2's sandbox. */
public record Range(long start, long stop, long step) {
    public static final long MAX_LENGTH = 100_000;

    public Range {
        if (step == 0) {
            throw Fault.of("range() arg 3 must not be zero");
        }
        if (length(start, stop, step) > MAX_LENGTH) {
            throw Fault.of("range() is longer than " + MAX_LENGTH + " elements");
        }
    }

    /** A view of the elements. */
    public List<Object> items() {
        int length = (int) length(start, stop, step);
        return new AbstractList<>() {
            @Override
            public Object get(int index) {
                return start + index * step;
            }

            @Override
            public int size() {
                return length;
            }
        };
    }

    private static long length(long start, long stop, long step) {
        double span = step > 0 ? (double) stop - start : (double) start - stop;
        return span <= 0 ? 0 : (long) Math.min(Long.MAX_VALUE, Math.ceil(span / Math.abs((double) step)));
    }
}
