/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.headwater.deploy.status;

import org.jspecify.annotations.NullMarked;
