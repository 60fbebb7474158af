/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.util.List;

/** Hears what a log tells its server to do. On a thread of the log's, which must not wait. */
public interface Neighbours {
    /** Sessions with an answer at work that nobody owns: their server has ended. Told again until somebody owns them. */
    void orphaned(List<String> sessions);

    /** What other gateways want of this one. */
    void wished(List<Wish> wishes);
}
