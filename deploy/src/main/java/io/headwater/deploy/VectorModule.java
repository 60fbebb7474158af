/* SPDX-License-Identifier: Apache-2.0 */
package io.headwater.deploy;

import java.lang.reflect.InvocationTargetException;

/**
 * Adds {@code jdk.incubator.vector} to the running JVM in the way in which the JVM adds agents' modules. {@code --add-modules} would do
 * the same, but prints a warning on each start that cannot be turned off (docs/decisions/0002). Must run before a class that uses the Vector API is
 * loaded; needs {@code --add-exports java.base/jdk.internal.module=ALL-UNNAMED}.
 */
final class VectorModule {
    private static final String NAME = "jdk.incubator.vector";

    private VectorModule() {}

    static void load() {
        if (ModuleLayer.boot().findModule(NAME).isPresent()) {
            return;
        }
        try {
            Class.forName("jdk.internal.module.Modules")
                    .getMethod("loadModule", String.class)
                    .invoke(null, NAME);
        } catch (ClassNotFoundException
                | NoSuchMethodException
                | IllegalAccessException
                | InvocationTargetException e) {
            throw new IllegalStateException(
                    "this JVM cannot load " + NAME + ": start it with --add-modules " + NAME, e);
        }
    }
}
