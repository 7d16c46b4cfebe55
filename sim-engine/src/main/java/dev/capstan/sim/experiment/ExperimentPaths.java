package dev.capstan.sim.experiment;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Where the files lie that an experiment names.
 *
 * @param experiment the file of the experiment, to whose folder paths in it are relative
 * @param setPaths what the command line set: paths there are relative to the working directory
 */
record ExperimentPaths(Path experiment, Set<String> setPaths) {

    /** A file that is there. */
    Path file(Section section, String key) {
        return path(section, key, Files::isRegularFile, "file");
    }

    /** A folder that is there. */
    Path folder(Section section, String key) {
        return path(section, key, Files::isDirectory, "folder");
    }

    private Path path(Section section, String key, Predicate<Path> isThere, String what) {
        String text = section.text(key, null);
        if (text.isBlank()) {
            return experiment;
        }
        Path folder = experiment.toAbsolutePath().getParent();
        Path path;
        try {
            path = isSet(section.path(key)) || folder == null
                    ? experiment.getFileSystem().getPath(text)
                    : folder.resolve(text).normalize();
        } catch (InvalidPathException e) {
            section.issue(key, "is not a path: " + e.getReason());
            return experiment;
        }
        if (!isThere.test(path)) {
            section.issue(
                    key,
                    "there is no " + what + " " + path
                            + ". Paths in an experiment are relative to its folder, paths in --set to the working directory.");
        }
        return path;
    }

    /** Whether the command line set this key or a mapping around it. */
    private boolean isSet(String key) {
        return setPaths.stream()
                .anyMatch(set -> key.equals(set) || key.startsWith(set + ".") || key.startsWith(set + "["));
    }
}
