// SPDX-License-Identifier: Apache-2.0
package org.qbfs.scrypt;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

class VectorModuleTest {
    @Test
    void isThereWhenJavaWasStartedWithIt() {
        assertTrue(ModuleLayer.boot().findModule("jdk.incubator.vector").isPresent(), "the build starts Java with it");
        assertTrue(VectorModule.isThere());
    }
}
