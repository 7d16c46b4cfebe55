package dev.capstan.sim.sweep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** What lies in a results folder. */
final class ResultsFiles {

    private ResultsFiles() {}

    /** Every file by its path in the folder, but for the manifest, which carries wall times. */
    static Map<String, byte[]> of(Path folder) throws IOException {
        Map<String, byte[]> files = new TreeMap<>();
        try (Stream<Path> walk = Files.walk(folder)) {
            for (Path file : walk.filter(Files::isRegularFile).toList()) {
                String name = folder.relativize(file).toString();
                if (!name.equals("manifest.json")) {
                    files.put(name, Files.readAllBytes(file));
                }
            }
        }
        return files;
    }

    static void assertSame(Path actual, Path expected) throws IOException {
        Map<String, byte[]> is = of(actual);
        Map<String, byte[]> should = of(expected);
        assertThat(is.keySet()).isEqualTo(should.keySet()).isNotEmpty();
        for (Map.Entry<String, byte[]> file : should.entrySet()) {
            assertThat(Arrays.equals(is.get(file.getKey()), file.getValue()))
                    .as("%s has the same bytes", file.getKey())
                    .isTrue();
        }
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> walk = Files.walk(from)) {
            for (Path path : walk.toList()) {
                Path target = to.resolve(from.relativize(path).toString());
                if (Files.isDirectory(path)) {
                    Files.createDirectories(target);
                } else {
                    Files.copy(path, target);
                }
            }
        }
    }

    static long bytes(Path folder) throws IOException {
        return of(folder).values().stream().mapToLong(file -> file.length).sum();
    }

    /** The cells of one column of a table without quotes, top down. */
    static List<String> column(Path table, String name) throws IOException {
        List<String> lines = Files.readAllLines(table);
        int column = List.of(lines.get(0).split(",", -1)).indexOf(name);
        assertThat(column).as("column %s", name).isNotNegative();
        return lines.stream().skip(1).map(line -> line.split(",", -1)[column]).toList();
    }
}
