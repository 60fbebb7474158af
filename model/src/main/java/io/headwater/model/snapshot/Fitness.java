/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.model.snapshot;

import io.headwater.model.kvcache.KvOptions;

/** Whether a segment is for this program, model and session. */
final class Fitness {
    private Fitness() {}

    static void check(String name, SnapshotHeader header, RestoreTarget target) throws SnapshotException {
        if (header.arithmetic() != ArithmeticVersion.CURRENT) {
            throw SnapshotException.damaged(
                    name,
                    "of arithmetic version " + header.arithmetic() + ", this version of Headwater computes by "
                            + ArithmeticVersion.CURRENT);
        }
        if (!header.origin().model().equals(target.model())) {
            throw SnapshotException.unfit(
                    name,
                    "of model " + header.origin().model() + ", not " + target.model(),
                    "load that model, or begin a new session");
        }
        if (!header.heads().kind().equals(target.heads().kind())) {
            throw SnapshotException.unfit(
                    name,
                    "has " + header.heads().kind() + ", here are "
                            + target.heads().kind(),
                    "choose the same KV type and model");
        }
        if (!header.kv().equals(target.kv())) {
            throw SnapshotException.unfit(
                    name,
                    "of a cache kept by " + describe(header.kv()) + ", not by " + describe(target.kv()),
                    "restore it with its own options");
        }
        if (header.kv().full() && header.at().position() > target.contextLength()) {
            throw SnapshotException.unfit(
                    name,
                    "of " + header.at().position() + " tokens, the context here has " + target.contextLength(),
                    "raise --context");
        }
        int context = header.at().contextLength();
        boolean rebased = header.at().position() >= Math.min(context, target.contextLength());
        boolean depends = rebased || header.kv().competes(); // a head's most is half the context
        if (!header.kv().full() && depends && context != target.contextLength()) {
            throw SnapshotException.unfit(
                    name,
                    "of " + header.at().position() + " tokens in a context of " + context + ", the context here has "
                            + target.contextLength(),
                    "choose the same --context");
        }
    }

    private static String describe(KvOptions kv) {
        return kv.policy().text() + " (budget " + kv.budget() + ", interval " + kv.interval() + ", prefill limit "
                + kv.prefillLimit() + ")";
    }
}
