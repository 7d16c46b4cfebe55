package dev.capstan.benchmarks;

import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.RequestTraces;
import dev.capstan.trace.TraceOrigin;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;
import tech.tablesaw.api.Table;

/** Rows per second of a file in Azure's form, by Capstan and by two libraries that people would take. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@OperationsPerInvocation(AzureCsv.ROWS)
public class RequestReadBenchmark {

    private Path file = Path.of("");

    @Setup(Level.Trial)
    public void write() throws IOException {
        file = Files.createTempFile("capstan-azure", ".csv");
        AzureCsv.write(file);
    }

    @TearDown(Level.Trial)
    public void delete() throws IOException {
        Files.delete(file);
    }

    @Benchmark
    public RequestTrace read() {
        return RequestTraces.read(file);
    }

    @Benchmark
    public TraceOrigin scan(Blackhole sink) {
        return RequestTraces.scan(file, (arrivalNanos, inputTokens, outputTokens) -> {
            sink.consume(arrivalNanos);
            sink.consume(inputTokens);
            sink.consume(outputTokens);
        });
    }

    @Benchmark
    public Object commonsCsv() {
        return AzureCsv.commonsCsv(file);
    }

    @Benchmark
    public long commonsCsvFields() {
        return AzureCsv.commonsCsvFields(file);
    }

    @Benchmark
    public Table tablesaw() {
        return AzureCsv.tablesaw(file);
    }

    @Benchmark
    public Table tablesawMilliseconds() {
        return AzureCsv.tablesawMilliseconds(file);
    }
}
