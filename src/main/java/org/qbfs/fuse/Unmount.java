// SPDX-License-Identifier: Apache-2.0
package org.qbfs.fuse;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Ends a mount by the tools that may do it. */
public final class Unmount {
    private Unmount() {}

    /**
     * Unmounts {@code mountPoint}, with fusermount, or with umount where that is not there.
     *
     * @param detach if it is in use, take it out of the tree now and end it when it is no longer used
     * @throws IOException if it could not be unmounted, with what the tool said
     */
    public static void of(Path mountPoint, boolean detach) throws IOException {
        List<String> said = new ArrayList<>();
        for (String tool : new String[] {"fusermount", "fusermount3", "umount"}) {
            boolean umount = tool.equals("umount");
            List<String> command = new ArrayList<>(umount ? List.of(tool) : List.of(tool, "-u"));
            if (detach) {
                command.add(umount ? "-l" : "-z");
            }
            command.add(mountPoint.toString());
            try {
                Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
                process.getOutputStream().close();
                String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                if (process.waitFor() == 0) {
                    return;
                }
                said.add(output);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while unmounting " + mountPoint, e);
            } catch (IOException e) {
                said.add(e.getMessage());
            }
        }
        throw new IOException("cannot unmount " + mountPoint + ": " + said.getFirst());
    }
}
