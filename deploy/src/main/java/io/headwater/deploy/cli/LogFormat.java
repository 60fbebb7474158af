/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.cli;

/** How a program's log looks. */
public enum LogFormat {
    /** For people. */
    TEXT,
    /** One JSON object a line, for programs. */
    JSON
}
