package dev.capstan.trace;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
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

/** A Parquet file of flat columns as it is written, row by row, with statements as its metadata. */
final class ParquetTable implements Closeable {

    private final ParquetWriter<Consumer<Row>> writer;

    ParquetTable(Path file, MessageType schema, Map<String, String> statements) throws IOException {
        this.writer = new Builder(new LocalOutputFile(file), schema, statements)
                .withConf(new PlainParquetConfiguration())
                .withCompressionCodec(CompressionCodecName.SNAPPY)
                .withWriteMode(ParquetFileWriter.Mode.OVERWRITE)
                .build();
    }

    /** A column of texts that may lack some. */
    static Type text(String name) {
        return Types.optional(PrimitiveTypeName.BINARY)
                .as(LogicalTypeAnnotation.stringType())
                .named(name);
    }

    /** Writes a row; a column that is not set has no value in it. */
    void row(Consumer<Row> cells) throws IOException {
        writer.write(cells);
    }

    @Override
    public void close() throws IOException {
        writer.close();
    }

    /** The cells of the present row, to be set in the order of the columns. */
    static final class Row {

        private final RecordConsumer out;
        private final List<String> names;

        Row(RecordConsumer out, List<String> names) {
            this.out = out;
            this.names = names;
        }

        void set(int column, long value) {
            out.startField(names.get(column), column);
            out.addLong(value);
            out.endField(names.get(column), column);
        }

        void set(int column, int value) {
            out.startField(names.get(column), column);
            out.addInteger(value);
            out.endField(names.get(column), column);
        }

        void set(int column, double value) {
            out.startField(names.get(column), column);
            out.addDouble(value);
            out.endField(names.get(column), column);
        }

        void set(int column, String value) {
            out.startField(names.get(column), column);
            out.addBinary(Binary.fromString(value));
            out.endField(names.get(column), column);
        }
    }

    private static final class Builder extends ParquetWriter.Builder<Consumer<Row>, Builder> {

        private final MessageType schema;
        private final Map<String, String> statements;

        Builder(OutputFile file, MessageType schema, Map<String, String> statements) {
            super(file);
            this.schema = schema;
            this.statements = statements;
        }

        @Override
        protected Builder self() {
            return this;
        }

        @Override
        @SuppressWarnings("deprecation") // Abstract, and so to be written whatever its replacement.
        protected WriteSupport<Consumer<Row>> getWriteSupport(Configuration configuration) {
            return new Rows(schema, statements);
        }
    }

    private static final class Rows extends WriteSupport<Consumer<Row>> {

        private final MessageType schema;
        private final Map<String, String> statements;
        private RecordConsumer out;
        private Row row;

        @SuppressWarnings("NullAway.Init") // The library hands over the consumer before the first row.
        Rows(MessageType schema, Map<String, String> statements) {
            this.schema = schema;
            this.statements = statements;
        }

        @Override
        @SuppressWarnings("deprecation") // Abstract, and so to be written whatever its replacement.
        public WriteContext init(Configuration configuration) {
            return new WriteContext(schema, statements);
        }

        @Override
        public void prepareForWrite(RecordConsumer consumer) {
            out = consumer;
            row = new Row(
                    consumer, schema.getFields().stream().map(Type::getName).toList());
        }

        @Override
        public void write(Consumer<Row> cells) {
            out.startMessage();
            cells.accept(row);
            out.endMessage();
        }
    }
}
