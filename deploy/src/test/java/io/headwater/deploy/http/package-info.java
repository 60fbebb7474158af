/* SPDX-License-Identifier: Apache-2.0 */
@NullMarked
package io.headwater.deploy.http;

import org.jspecify.annotations.NullMarked;
