package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Where {@code sweep} has its runs carried out. */
class SweepEnginesTest {

    private static final String EXPERIMENT = PowerRow.EXPERIMENT + """
            name: parts
            duration: 10m
            replications: 2
            axes: {cap.power: [9 kW, 10 kW, 11 kW]}
            """;

    @TempDir
    Path folder;

    private final CommandRun command = new CommandRun();

    @BeforeEach
    void write() throws IOException {
        Files.writeString(folder.resolve("parts.yaml"), EXPERIMENT);
    }

    @Test
    void partsGatheredAreTheBytesOfTheSweepInOnePiece() throws IOException {
        assertThat(sweep("--out", at("whole"), "--no-report")).isZero();
        for (String part : List.of("0", "1")) {
            assertThat(sweep("--shard", part + "/2", "--out", at(part))).isZero();
            // A pod that starts again does the same.
            assertThat(sweep("--shard", part + "/2", "--out", at(part))).isZero();
        }
        assertThat(command.out())
                .contains("part     " + at("0") + ", 8 runs")
                .contains("part     " + at("1") + ", 4 runs");

        assertThat(sweep("--gather", at("1"), at("0"), "--out", at("gathered"), "--no-report"))
                .isZero();

        PowerRow.assertSame(folder.resolve("gathered"), folder.resolve("whole"), 20);
    }

    @Test
    void aPartThatIsMissingIsNamed() {
        assertThat(sweep("--shard", "0/2", "--out", at("0"))).isZero();

        assertThat(sweep("--gather", at("0"), "--out", at("gathered"))).isEqualTo(ExitCodes.FAILED_WHILE_RUNNING);

        assertThat(command.err()).contains("no folder holds part 1/2");
        assertThat(folder.resolve("gathered")).doesNotExist();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            --engine spark             | --engine spark: Apache Spark is not on the class path
            --engine cloud             | --engine: must be local, spark or k8s-job, was cloud
            --master local[2]          | --master: is for --engine spark only
            --shard 0/2                | --shard: name the folder of the part with --out
            --shard 2/2 --out x        | --shard: a part of 2 has a number from 0 to 1, was 2
            --shard half --out x       | --shard: must be I/N, such as 0/4, was half
            --gather x --engine spark  | --gather: carries out nothing, so it goes without --shard and --engine
            --jobs 0                   | --jobs: must be at least 1, was 0
            """)
    void optionsThatDoNotGoTogetherAreRefused(String options, String message) {
        assertThat(sweep(options.split(" +"))).isEqualTo(ExitCodes.INVALID_INPUT);
        assertThat(command.err()).contains(message);
    }

    private String at(String name) {
        return folder.resolve(name).toString();
    }

    private int sweep(String... options) {
        List<String> arguments = new ArrayList<>(List.of("sweep", at("parts.yaml")));
        arguments.addAll(Arrays.asList(options));
        return command.run(arguments.toArray(String[]::new));
    }
}
