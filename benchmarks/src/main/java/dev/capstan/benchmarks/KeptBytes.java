package dev.capstan.benchmarks;

import dev.capstan.trace.RequestTraces;
import java.io.IOException;
import java.lang.ref.Reference;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.Function;

/** Prints how many bytes of heap a request costs once its file is read, by Capstan and by two libraries. */
public final class KeptBytes {

    private static final int COLLECTIONS = 5;

    private KeptBytes() {}

    public static void main(String[] args) throws IOException {
        Path file = Files.createTempFile("capstan-azure", ".csv");
        try {
            AzureCsv.write(file);
            print("RequestTraces.read", RequestTraces::read, file);
            print("commons-csv", AzureCsv::commonsCsv, file);
            print("tablesaw", AzureCsv::tablesaw, file);
            print("tablesaw, milliseconds", AzureCsv::tablesawMilliseconds, file);
        } finally {
            Files.delete(file);
        }
    }

    private static void print(String reader, Function<Path, Object> read, Path file) {
        double bytes = 0;
        // The first reading pays for classes and caches, which are not the requests'.
        for (int reading = 0; reading < 2; reading++) {
            long before = usedBytes();
            Object kept = read.apply(file);
            try {
                bytes = (usedBytes() - before) / (double) AzureCsv.ROWS;
            } finally {
                Reference.reachabilityFence(kept);
            }
        }
        System.out.printf(Locale.ROOT, "%-24s %6.1f bytes a request%n", reader, bytes);
    }

    private static long usedBytes() {
        for (int i = 0; i < COLLECTIONS; i++) {
            System.gc();
        }
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }
}
