// SPDX-License-Identifier: Apache-2.0
package org.qbfs.cli;

import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The program. */
@Command(name = "qbfs", description = "Shows a Qubes OS backup as read-only files.", mixinStandardHelpOptions = true,
        versionProvider = Main.Version.class, scope = ScopeType.INHERIT,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:done", "1:it could not be done", "2:the command line is wrong",
            "3:wrong passphrase, or a header that does not verify", "4:damage was found"})
public final class Main {
    private static final List<Class<?>> COMMANDS = List.of(MountCommand.class, UmountCommand.class, InfoCommand.class,
            LsCommand.class, CatCommand.class, ExtractCommand.class, VerifyCommand.class, IndexCommand.class);

    @Option(names = "-v", scope = ScopeType.INHERIT, description = "say more, and where errors come from")
    private boolean verbose;

    private final List<String> arguments;

    private Main(List<String> arguments) {
        this.arguments = arguments;
    }

    /** Runs the program, and ends the process with its exit code. */
    public static void main(String[] arguments) {
        System.exit(run(arguments));
    }

    /** Runs the program; gives its exit code. */
    static int run(String... arguments) {
        Main main = new Main(List.of(arguments));
        CommandLine line = new CommandLine(main);
        // Each command takes some 10 ms to look at, and one is meant, unless somebody wants the list of them.
        List<Class<?>> named = COMMANDS.stream().filter(command -> main.arguments.contains(nameOf(command))).toList();
        (named.isEmpty() ? COMMANDS : named).forEach(line::addSubcommand);
        line.setExecutionStrategy(new CommandLine.RunLast());
        line.setExecutionExceptionHandler((error, command, result) -> {
            System.out.flush();
            Messages.print(System.err, error, main.verbose);
            return ExitCode.of(error).number();
        });
        return line.execute(arguments);
    }

    private static String nameOf(Class<?> command) {
        return command.getAnnotation(Command.class).name();
    }

    boolean verbose() {
        return verbose;
    }

    /** The command line. */
    List<String> arguments() {
        return arguments;
    }

    void logToStandardError() {
        Log.toStandardError(verbose);
    }

    /** The version that the build wrote into the jar. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {"qbfs " + (version == null ? "(not packaged)" : version)};
        }
    }
}
