package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** Writes a request trace as Parquet, with units in the names of its columns and the rest of what it states as metadata. */
final class RequestParquetWriter {

    static final String VERSION_KEY = "capstan.request_trace";
    static final String VERSION = "1";
    static final String BLOCK_TOKENS_KEY = "capstan.prefix_block_tokens";
    static final String ARRIVAL = "arrival_nanos";
    static final String INPUT = "input_tokens";
    static final String OUTPUT = "output_tokens";

    private RequestParquetWriter() {}

    /** Whether a Parquet file was written here. */
    static boolean isTrace(Path file) {
        return ParquetRows.statements(file).containsKey(VERSION_KEY);
    }

    static void write(RequestTrace trace, List<String> remarks, Path file) throws IOException {
        List<LabelColumn> labels = List.copyOf(trace.labels().values());
        try (ParquetTable table = new ParquetTable(file, schema(trace), statements(trace, remarks))) {
            for (int i = 0; i < trace.size(); i++) {
                int request = i;
                table.row(cells -> {
                    cells.set(0, trace.arrivalNanos()[request]);
                    cells.set(1, trace.inputTokens()[request]);
                    cells.set(2, trace.outputTokens()[request]);
                    for (int label = 0; label < labels.size(); label++) {
                        String text = labels.get(label).text(request);
                        if (text != null) {
                            cells.set(3 + label, text);
                        }
                    }
                    trace.prefixBlocks()
                            .ifPresent(blocks -> cells.set(3 + labels.size(), RequestTexts.hashes(blocks, request)));
                });
            }
        }
    }

    private static MessageType schema(RequestTrace trace) {
        List<Type> columns = new ArrayList<>();
        columns.add(Types.required(PrimitiveTypeName.INT64).named(ARRIVAL));
        columns.add(Types.required(PrimitiveTypeName.INT32).named(INPUT));
        columns.add(Types.required(PrimitiveTypeName.INT32).named(OUTPUT));
        trace.labels().keySet().forEach(label -> columns.add(ParquetTable.text(label.column())));
        trace.prefixBlocks().ifPresent(there -> columns.add(ParquetTable.text(RequestTraces.PREFIX_COLUMN)));
        return new MessageType("requests", columns);
    }

    private static Map<String, String> statements(RequestTrace trace, List<String> remarks) {
        Map<String, String> statements = new LinkedHashMap<>();
        statements.put(VERSION_KEY, VERSION);
        statements.put(ParquetRows.UNITS_KEY, "nanoseconds from start, tokens");
        ParquetRows.state(statements, trace.start(), trace.origin(), remarks);
        trace.prefixBlocks()
                .ifPresent(there -> statements.put(BLOCK_TOKENS_KEY, Integer.toString(there.blockTokens())));
        return statements;
    }
}
