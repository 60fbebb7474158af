/* SPDX-License-Identifier: Apache-2.0 */
/**
 * Node processes on this host: read {@code NodeProcess} first. A parent starts them as JVMs like itself ({@code JvmCommand}); each watches
 * its standard input ({@code ParentWatch}), which the system closes when the parent is gone, however it went. Two threads per process read
 * what it says.
 */
@NullMarked
package io.headwater.deploy.processes;

import org.jspecify.annotations.NullMarked;
