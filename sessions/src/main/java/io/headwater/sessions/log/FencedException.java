/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

import java.sql.SQLException;

/** This gateway was taken for dead by another one, which may own its sessions by now: it must not write again. */
final class FencedException extends SQLException {
    private static final long serialVersionUID = 1;

    FencedException(String gateway) {
        super("this gateway (" + gateway
                + ") gave no sign of life in the database for as long as --lease says, so others"
                + " have taken its sessions over: start it again");
    }
}
