/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.decode;

import io.headwater.deploy.cli.Unavailable;
import io.headwater.deploy.cli.UserError;
import io.headwater.deploy.cli.WorkFailed;
import io.headwater.model.decoding.DecodeEvent.Failed;

/** What a failed request means to the user. */
final class Failures {
    private Failures() {}

    static RuntimeException of(Failed failed) {
        return switch (failed.failure()) {
            case BAD_REQUEST -> new UserError(failed.message());
            case BROKEN -> new WorkFailed(failed.message());
            case FULL, UNAVAILABLE -> new Unavailable(failed.message());
        };
    }
}
