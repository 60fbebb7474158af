/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.media;

/** Which threads the media driver runs on; Aeron's modes of the same names. */
public enum DriverThreading {
    /** Those who wait for messages run it, and one thread that mostly sleeps. */
    INVOKER,
    /** One thread. */
    SHARED,
    /** One for sending and receiving, one for the rest. */
    SHARED_NETWORK,
    /** Three. */
    DEDICATED
}
