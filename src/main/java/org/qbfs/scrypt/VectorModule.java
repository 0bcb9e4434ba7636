// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

/**
 * The module of the Vector API. {@code --add-modules} at the start of the program would have Java print a
 * warning about incubator modules to everyone's standard error, and there is no option against it (JDK 25,
 * {@code jdk.internal.module.ModuleBootstrap}). So the program is started without the module but with
 * {@code -XX:+EnableVectorSupport}, and takes it in here, as Java itself does with the modules of agents.
 */
final class VectorModule {
    private static final String NAME = "jdk.incubator.vector";
    /** Set where classes that use the API must not be loaded: see scripts/qbfs. */
    private static final String WITHOUT = "org.qbfs.scrypt.scalar";

    private VectorModule() {}

    /**
     * Whether the Vector API can be used; takes its module in if Java was started without it. The caller asks
     * before it touches a class that uses the API.
     */
    static boolean isThere() {
        if (Boolean.getBoolean(WITHOUT)) {
            return false;
        }
        if (ModuleLayer.boot().findModule(NAME).isPresent()) {
            return true;
        }
        try {
            // Not part of Java's API, and so not to be compiled against; exported to us by the launcher.
            Class.forName("jdk.internal.module.Modules").getMethod("loadModule", String.class).invoke(null, NAME);
            Class.forName(NAME + ".IntVector");
            return true;
        } catch (ReflectiveOperationException | LinkageError e) {
            return false;
        }
    }
}
