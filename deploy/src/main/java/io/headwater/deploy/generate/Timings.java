/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.generate;

/**
 * Where the time went.
 *
 * @param firstTokenMs from the command's start, loading included; 0 if there is no token
 * @param decodeMs from the end of prefill to the last token
 * @param decodeTokens tokens of the answer
 * @param decodePerSecond from the first token to the last: the first one is prefill's work
 */
record Timings(
        double loadMs,
        double prefillMs,
        int prefillTokens,
        double prefillPerSecond,
        double firstTokenMs,
        double decodeMs,
        int decodeTokens,
        double decodePerSecond,
        double exchangeMs,
        double compressionMs,
        long exchangeBytes) {}
