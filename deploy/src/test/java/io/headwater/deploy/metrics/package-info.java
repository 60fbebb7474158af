/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.headwater.deploy.metrics;

import org.jspecify.annotations.NullMarked;
