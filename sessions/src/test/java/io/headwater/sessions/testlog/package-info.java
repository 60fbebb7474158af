/* SPDX-License-Identifier: Apache-2.0 */
/** Logs that tests can break: a database that is lost, a commit whose end nobody hears. */
@NullMarked
package io.headwater.sessions.testlog;

import org.jspecify.annotations.NullMarked;
