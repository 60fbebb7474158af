/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.cluster.exchange;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/** Tells the first fault of an epoch, once, and ends the exchange with it. Any thread. */
final class Faults {
    private final int epoch;
    private final Progress own;
    private final Consumer<String> abort;
    private final Consumer<PeerFault> listener;
    private final AtomicBoolean told = new AtomicBoolean();

    Faults(int epoch, Progress own, Consumer<String> abort, Consumer<PeerFault> listener) {
        this.epoch = epoch;
        this.own = own;
        this.abort = abort;
        this.listener = listener;
    }

    /** {@code what} is a sentence that place and epoch of this node are added to. */
    void report(int peer, PeerFault.Kind kind, String what) {
        if (told.compareAndSet(false, true)) {
            int place = own.place();
            String sentence = what + " " + own.words() + ", epoch " + epoch;
            try { // first the listener: the engine thread, which the abort wakes, has less to say
                listener.accept(
                        new PeerFault(peer, own.step(), Place.layer(place), Place.phase(place), kind, sentence));
            } finally {
                abort.accept(sentence);
            }
        }
    }

    /** From now on nothing is told: this node leaves by itself. */
    void silence() {
        told.set(true);
    }
}
