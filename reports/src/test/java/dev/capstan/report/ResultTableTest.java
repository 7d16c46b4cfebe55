package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResultTableTest {

    @TempDir
    Path folder;

    @Test
    void leavesTextAsWrittenAndTakesOnlyEmptyCellsForMissing() {
        Path file = folder.resolve("points.csv");
        FixtureFolder.write(file, "trace.id,policy,cap_watts,seed\n00003,NA,1.5,9007199254740993\n-,*,,true\n");

        ResultTable table = ResultTable.read(file, Set.of("trace.id"), List.of());

        assertThat(table.text(0, "trace.id")).isEqualTo("00003");
        assertThat(table.text(0, "policy")).isEqualTo("NA");
        // 2^53 + 1 has no double: seeds stay text.
        assertThat(table.text(0, "seed")).isEqualTo("9007199254740993");
        assertThat(table.text(1, "trace.id")).isEqualTo("-");
        assertThat(table.text(1, "policy")).isEqualTo("*");
        assertThat(table.number(1, "cap_watts")).isNaN();
        assertThat(table.number(0, "carbon_grams_mean")).isNaN();
    }

    @Test
    void readsReasonsWithCommasQuotesAndLineBreaks() {
        Path file = folder.resolve("decisions.csv");
        FixtureFolder.write(file, "time_seconds,code,reason\n1,LOWER,\"over, \"\"far\"\" over\nthe cap\"\n");

        assertThat(ResultTable.read(file, Set.of(), List.of()).text(0, "reason"))
                .isEqualTo("over, \"far\" over\nthe cap");
    }
}
