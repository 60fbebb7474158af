/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.sessions.log;

/** One message of a conversation. */
public record Message(String role, String content) {}
