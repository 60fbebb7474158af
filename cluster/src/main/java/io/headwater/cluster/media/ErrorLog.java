/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.agrona.ErrorHandler;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Aeron's errors: all are counted, each kind is logged once, in one line. Any thread. */
final class ErrorLog implements ErrorHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ErrorLog.class);
    private static final int KINDS = 100;
    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final AtomicLong count = new AtomicLong();

    @Override
    public void onError(Throwable error) {
        count.incrementAndGet();
        StackTraceElement[] stack = error.getStackTrace();
        String kind = error.getClass().getName() + (stack.length == 0 ? "" : stack[0]);
        if (seen.size() < KINDS && seen.add(kind)) {
            LOG.warn("media: {} (further ones of this kind are only counted)", error.toString());
        }
    }

    long count() {
        return count.get();
    }
}
