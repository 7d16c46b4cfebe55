package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportWriterTest {

    @Test
    void writesOneFileBelowFiveMegabytesWithoutReferencesToTheNetwork(@TempDir Path folder) throws Exception {
        Path report = ReportWriter.write(FixtureFolder.sweep(folder));

        assertThat(Files.size(report)).isLessThan(5_000_000);
        assertThat(Files.readString(report)).doesNotContain("http://", "https://");
    }
}
