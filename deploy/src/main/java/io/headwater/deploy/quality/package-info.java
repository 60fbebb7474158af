/* SPDX-License-Identifier: Apache-2.0 */
/**
 * What compressing caches costs in quality: a text is read once, and forks of its cache, each compressed in another way, go on from there. Read
 * {@link io.headwater.deploy.quality.ForkedText} first. Everything runs on the command's thread.
 */
@NullMarked
package io.headwater.deploy.quality;

import org.jspecify.annotations.NullMarked;
