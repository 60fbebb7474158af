/* SPDX-License-Identifier: Apache-2.0 */
/** The command {@code generate}: read {@link io.headwater.deploy.generate.GenerateCommand} first; {@code Generation} does one request, from the command line or a line of a batch. */
@NullMarked
package io.headwater.deploy.generate;

import org.jspecify.annotations.NullMarked;
