// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** The controlling terminal, which is there even when the standard streams lead elsewhere. */
final class Terminal {
    private static final File TTY = new File("/dev/tty");

    private Terminal() {}

    /**
     * Asks for a line that is not shown.
     *
     * @throws IOException if there is no terminal, or if it ends before the line does
     */
    static byte[] askSecret(String prompt) throws IOException {
        try (InputStream in = new FileInputStream(TTY); OutputStream out = new FileOutputStream(TTY)) {
            Thread restore = new Thread(() -> echo(true));
            Runtime.getRuntime().addShutdownHook(restore);
            echo(false);
            try {
                out.write(prompt.getBytes(StandardCharsets.UTF_8));
                byte[] line = line(in);
                out.write('\n');
                return line;
            } finally {
                echo(true);
                Runtime.getRuntime().removeShutdownHook(restore);
            }
        }
    }

    /** The first line of {@code in}, without its end; all of it if it has none. */
    static byte[] line(InputStream in) throws IOException {
        WipedBuffer line = new WipedBuffer();
        try {
            for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
                line.write(c);
            }
            byte[] bytes = line.toByteArray();
            if (bytes.length == 0 || bytes[bytes.length - 1] != '\r') {
                return bytes;
            }
            byte[] shorter = Arrays.copyOf(bytes, bytes.length - 1);
            Arrays.fill(bytes, (byte) 0);
            return shorter;
        } finally {
            line.wipe();
        }
    }

    private static void echo(boolean on) {
        try {
            new ProcessBuilder("stty", on ? "echo" : "-echo").redirectInput(TTY).start().waitFor();
        } catch (IOException e) {
            throw new IllegalStateException("the terminal cannot be told to hide the passphrase", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** A buffer whose bytes can be wiped. A passphrase longer than its start is copied once or more; so it is long. */
    private static final class WipedBuffer extends ByteArrayOutputStream {
        WipedBuffer() {
            super(64 << 10);
        }

        void wipe() {
            Arrays.fill(buf, (byte) 0);
        }
    }
}
