// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.io.IOException;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.qbfs.tree.Attributes;
import org.qbfs.tree.BackupTree;
import org.qbfs.tree.Directory;
import org.qbfs.tree.Node;
import org.qbfs.tree.RegularFile;
import org.qbfs.tree.SymbolicLink;
import org.qbfs.volume.BackupFile;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code qbfs ls}. What cannot be read is said, and does not end the list. */
@Command(name = "ls", description = "List what a backup holds, without mounting it.")
final class LsCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm").withZone(ZoneId.systemDefault());

    @ParentCommand
    private Main main;

    @Mixin
    private BackupOptions options;

    @Parameters(index = "1", arity = "0..1", paramLabel = "PATH", defaultValue = "", description = "where to begin")
    private String path;

    @Option(names = "-l", description = "with mode, size and time; this reads the first chunk of every file")
    private boolean details;

    @Option(names = "-R", description = "with all that is below")
    private boolean recursive;

    @Option(names = "--json", description = "as JSON, with details")
    private boolean json;

    private final List<Map<String, Object>> entries = new ArrayList<>();
    private ExitCode code = ExitCode.OK;

    @Override
    public Integer call() throws IOException {
        main.logToStandardError();
        try (BackupFile backup = options.open()) {
            String start = path.replaceFirst("^/+", "").replaceFirst("/+$", "");
            Node node = BackupTree.of(backup).find(start)
                    .orElseThrow(() -> new IOException(path + ": no such file in the backup"));
            if (node instanceof Directory directory) {
                list(start, directory);
            } else {
                show(start, node);
            }
            if (json) {
                System.out.println(Json.of(entries));
            }
            return code.number();
        }
    }

    private void list(String at, Directory directory) throws IOException {
        if (details || recursive || json) {
            directory.prepare();
        }
        for (String name : directory.names()) {
            String below = at.isEmpty() ? name : at + "/" + name;
            if (!details && !recursive && !json) {
                System.out.println(Table.printable(below));
                continue;
            }
            try {
                Node node = directory.child(name).orElseThrow();
                show(below, node);
                if (recursive && node instanceof Directory deeper) {
                    list(below, deeper);
                }
            } catch (IOException e) {
                failed(below, e);
            }
        }
    }

    private void failed(String at, IOException error) {
        System.out.flush();
        Messages.print(System.err, error, main.verbose());
        ExitCode found = ExitCode.of(error);
        code = code == ExitCode.OK || found == ExitCode.DAMAGE ? found : code;
        if (json) {
            entries.add(Map.of("path", at, "error", error.getMessage()));
        }
    }

    private void show(String at, Node node) {
        if (json) {
            entries.add(describe(at, node));
        } else if (details) {
            Attributes attributes = node.attributes();
            System.out.println(mode(node) + String.format(" %3d %13d ", attributes.links(), attributes.size())
                    + TIME.format(attributes.modified()) + " " + Table.printable(at)
                    + (node instanceof SymbolicLink link ? " -> " + Table.printable(link.target()) : ""));
        } else {
            System.out.println(Table.printable(at));
        }
    }

    private static Map<String, Object> describe(String at, Node node) {
        Attributes attributes = node.attributes();
        Map<String, Object> entry = new LinkedHashMap<>();
        entry.put("path", at);
        entry.put("type", switch (node) {
            case Directory directory -> "directory";
            case RegularFile file -> "file";
            case SymbolicLink link -> "link";
        });
        entry.put("mode", String.format("%04o", attributes.permissions()));
        entry.put("modified", attributes.modified());
        if (node instanceof RegularFile) {
            entry.put("size", attributes.size());
            entry.put("allocated", attributes.allocated());
        } else if (node instanceof SymbolicLink link) {
            entry.put("target", link.target());
        }
        return entry;
    }

    private static String mode(Node node) {
        StringBuilder mode = new StringBuilder(switch (node) {
            case Directory directory -> "d";
            case RegularFile file -> "-";
            case SymbolicLink link -> "l";
        });
        for (int bit = 8; bit >= 0; bit--) {
            mode.append((node.attributes().permissions() >> bit & 1) == 1 ? "rwxrwxrwx".charAt(8 - bit) : '-');
        }
        return mode.toString();
    }
}
