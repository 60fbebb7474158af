/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

/**
 * Figures of an epoch so far.
 *
 * @param exchanges all-reduces done
 * @param p50Micros median time of an all-reduce, waiting for others' work included
 * @param p99Micros 99th percentile
 * @param sentBytes messages with their headers
 * @param dropped messages that were garbage or too old
 */
public record ExchangeFigures(
        long exchanges, double p50Micros, double p99Micros, long sentBytes, long dropped, long flushes, long pulses) {}
