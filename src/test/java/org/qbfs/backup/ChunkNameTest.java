// SPDX-License-Identifier: Apache-2.0
package org.qbfs.backup;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkNameTest {
    @ParameterizedTest
    @CsvSource({"vm7/private.img.000.enc,vm7/private.img,0,.enc", "vm7/private.img.1000.enc,vm7/private.img,1000,.enc",
        "vm7/private.img.999999,vm7/private.img,999999,''", "vm7/private.img.012.hmac,vm7/private.img,12,.hmac",
        "vm4/..000,vm4/.,0,''", "qubes.xml.000,qubes.xml,0,''", "a.000.001.enc,a.000,1,.enc", "vm7/x.enc.000.enc,vm7/x.enc,0,.enc"})
    void readsPathAndNumber(String name, String path, int number, String suffix) {
        assertEquals(Optional.of(new ChunkName(path, number, suffix)), ChunkName.parse(name));
        assertEquals(name.substring(0, name.length() - suffix.length()), ChunkName.of(path, number));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "backup-header", "backup-header.hmac", "a.00", "a.0000", "a.0999.enc", "a.1000000", ".000", "a.-01",
        "a.+01", "a.00x", "a.\u0660\u0661\u0662", "a.000.gz", "a000", "a.000.enc.hmac.x", "a. 12", "a.99999999999999999999"})
    void otherNamesAreNoChunks(String name) {
        assertEquals(Optional.empty(), ChunkName.parse(name));
    }

    @Test
    void numberGrowsToFourDigits() {
        assertEquals("x.999", ChunkName.of("x", 999));
        assertEquals("x.1000", ChunkName.of("x", 1000));
    }
}
