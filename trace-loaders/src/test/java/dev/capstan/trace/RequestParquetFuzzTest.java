package dev.capstan.trace;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Requests in Parquet, of any bytes: golden files and old findings in every build, new ones in a campaign (CONTRIBUTING.md). */
class RequestParquetFuzzTest {

    static Stream<byte[]> capstanAndAnyParquetSeeds() {
        return HostileReading.REQUEST_PARQUET.goldenFiles();
    }

    @MethodSource("capstanAndAnyParquetSeeds")
    @FuzzTest(maxDuration = "10m")
    void capstanAndAnyParquet(byte[] bytes) {
        HostileReading.REQUEST_PARQUET.survives(bytes);
    }
}
