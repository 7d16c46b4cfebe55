package dev.capstan.trace;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileWriter;
import org.apache.parquet.hadoop.ParquetWriter;
import org.apache.parquet.hadoop.api.WriteSupport;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalOutputFile;
import org.apache.parquet.io.OutputFile;
import org.apache.parquet.io.api.Binary;
import org.apache.parquet.io.api.RecordConsumer;
import org.apache.parquet.schema.LogicalTypeAnnotation;
import org.apache.parquet.schema.MessageType;
import org.apache.parquet.schema.PrimitiveType.PrimitiveTypeName;
import org.apache.parquet.schema.Type;
import org.apache.parquet.schema.Types;

/** Writes a request trace as Parquet, with units in the names of its columns and the rest of what it states as metadata. */
final class RequestParquetWriter {

    static final String VERSION_KEY = "capstan.request_trace";
    static final String VERSION = "1";
    static final String START_KEY = "capstan.start";
    static final String LICENCE_KEY = "capstan.licence";
    static final String RECIPE_KEY = "capstan.recipe";
    static final String BLOCK_TOKENS_KEY = "capstan.prefix_block_tokens";
    static final String ARRIVAL = "arrival_nanos";
    static final String INPUT = "input_tokens";
    static final String OUTPUT = "output_tokens";

    private RequestParquetWriter() {}

    static void write(RequestTrace trace, Path file) throws IOException {
        try (ParquetWriter<Integer> writer = new Builder(new LocalOutputFile(file), trace)
                .withConf(new PlainParquetConfiguration())
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .build()) {
            for (int i = 0; i < trace.size(); i++) {
                writer.write(i);
            }
        }
    }

    private static final class Builder extends ParquetWriter.Builder<Integer, Builder> {

        private final RequestTrace trace;

        Builder(OutputFile file, RequestTrace trace) {
            super(file);
            this.trace = trace;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // Abstract, and so to be written whatever its replacement.
        protected WriteSupport<Integer> getWriteSupport(Configuration configuration) {
            return new Rows(trace);
        }
    }

    /** Writes the rows of a trace by their number. */
    private static final class Rows extends WriteSupport<Integer> {

        private final RequestTrace trace;
        private final List<LabelColumn> labels;
        private final Optional<PrefixBlocks> blocks;
        private RecordConsumer out;
        private String[] names = new String[0];

        @SuppressWarnings("NullAway.Init") // The library hands over the consumer before the first row.
        Rows(RequestTrace trace) {
            this.trace = trace;
            this.labels = List.copyOf(trace.labels().values());
            this.blocks = trace.prefixBlocks();
        }

        @Override
        @SuppressWarnings("deprecation") // Abstract, and so to be written whatever its replacement.
        public WriteContext init(Configuration configuration) {
            List<Type> fields = new ArrayList<>();
            fields.add(Types.required(PrimitiveTypeName.INT64).named(ARRIVAL));
            fields.add(Types.required(PrimitiveTypeName.INT32).named(INPUT));
            fields.add(Types.required(PrimitiveTypeName.INT32).named(OUTPUT));
            trace.labels().keySet().forEach(label -> fields.add(text(label.column())));
            blocks.ifPresent(there -> fields.add(text(RequestTraces.PREFIX_COLUMN)));
            names = fields.stream().map(Type::getName).toArray(String[]::new);
            return new WriteContext(new MessageType("requests", fields), statements());
        }

        private static Type text(String name) {
            return Types.optional(PrimitiveTypeName.BINARY)
                    .as(LogicalTypeAnnotation.stringType())
                    .named(name);
        }

        private Map<String, String> statements() {
            Map<String, String> statements = new LinkedHashMap<>();
            statements.put(VERSION_KEY, VERSION);
            statements.put("capstan.time_zone", "UTC");
            statements.put(LICENCE_KEY, trace.origin().licence());
            if (!trace.origin().recipe().isEmpty()) {
                statements.put(RECIPE_KEY, trace.origin().recipe());
            }
            trace.start().ifPresent(start -> statements.put(START_KEY, start.toString()));
            blocks.ifPresent(there -> statements.put(BLOCK_TOKENS_KEY, Integer.toString(there.blockTokens())));
            return statements;
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            out = consumer;
        }

        @Override
        public void write(Integer number) {
            int row = number;
            out.startMessage();
            out.startField(names[0], 0);
            out.addLong(trace.arrivalNanos()[row]);
            out.endField(names[0], 0);
            out.startField(names[1], 1);
            out.addInteger(trace.inputTokens()[row]);
            out.endField(names[1], 1);
            out.startField(names[2], 2);
            out.addInteger(trace.outputTokens()[row]);
            out.endField(names[2], 2);
            int field = 3;
            for (LabelColumn label : labels) {
                String text = label.text(row);
                if (text != null) {
                    add(field, text);
                }
                field++;
            }
            if (blocks.isPresent()) {
                add(field, RequestTraces.hashes(blocks.get(), row));
            }
            out.endMessage();
        }

        private void add(int field, String text) {
            out.startField(names[field], field);
            out.addBinary(Binary.fromString(text));
            out.endField(names[field], field);
        }
    }
}
