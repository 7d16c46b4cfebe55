package dev.capstan.cli;

import dev.capstan.trace.TraceFiles.Target;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Chooses the form of a trace to be written, and refuses to write over a file. */
final class TraceTarget {

    private TraceTarget() {}

    /**
     * The form named by {@code --to}, else that of the file's name.
     *
     * @throws InvalidArgument if there is none, or the file is there and may not be replaced
     */
    static Target of(Path file, @Nullable String form, boolean force) {
        Target target = form == null
                ? Target.ofName(file)
                        .orElseThrow(() -> new InvalidArgument(
                                file + ": its name does not tell a form. Allowed: names that end in " + known()
                                        + ". Maybe add --to csv"))
                : named(form);
        if (Files.isDirectory(file)) {
            throw new InvalidArgument(file + ": is a folder. Maybe name a file in it");
        }
        if (Files.exists(file) && !force) {
            throw new InvalidArgument(file + ": is there already. Maybe write elsewhere, or replace it with --force");
        }
        return target;
    }

    private static Target named(String form) {
        return Arrays.stream(Target.values())
                .filter(target -> target.id().equals(form.toLowerCase(Locale.ROOT)))
                .findFirst()
                .orElseThrow(() -> new InvalidArgument("--to: there is no form '" + form + "'. Allowed: "
                        + Arrays.stream(Target.values()).map(Target::id).collect(Collectors.joining(", "))));
    }

    private static String known() {
        return Arrays.stream(Target.values())
                .map(Target::suffix)
                .filter(suffix -> !suffix.isEmpty())
                .collect(Collectors.joining(", "));
    }
}
