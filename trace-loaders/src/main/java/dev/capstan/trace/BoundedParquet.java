package dev.capstan.trace;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import org.apache.parquet.ParquetReadOptions;
import org.apache.parquet.bytes.BytesInput;
import org.apache.parquet.compression.CompressionCodecFactory;
import org.apache.parquet.conf.PlainParquetConfiguration;
import org.apache.parquet.hadoop.ParquetFileReader;
import org.apache.parquet.hadoop.metadata.BlockMetaData;
import org.apache.parquet.hadoop.metadata.ColumnChunkMetaData;
import org.apache.parquet.hadoop.metadata.CompressionCodecName;
import org.apache.parquet.io.LocalInputFile;
import org.apache.parquet.io.ParquetDecodingException;
import org.xerial.snappy.Snappy;

/**
 * Opens Parquet so that lengths which a broken file claims cost no memory: the library's own codecs set aside what a page
 * claims, outside the heap, and free it twice where that fails, which ends the process.
 */
final class BoundedParquet {

    /** Snappy writes 3 bytes for at most 64. */
    private static final long MOST_OF_SNAPPY = 64;

    private BoundedParquet() {}

    static ParquetFileReader open(Path file) throws IOException {
        LocalInputFile input = new LocalInputFile(file);
        ParquetFileReader reader = ParquetFileReader.open(
                input,
                ParquetReadOptions.builder(new PlainParquetConfiguration())
                        .withCodecFactory(new Codecs())
                        .build());
        try {
            for (BlockMetaData group : reader.getRowGroups()) {
                for (ColumnChunkMetaData column : group.getColumns()) {
                    long from = column.getStartingPos();
                    long size = column.getTotalSize();
                    if (from < 0 || size < 0 || size > input.getLength() - from) {
                        throw new ParquetDecodingException(column.getPath() + " lies from byte " + from + " to "
                                + (from + size) + " of a file of " + input.getLength());
                    }
                }
            }
            return reader;
        } catch (RuntimeException e) {
            reader.close();
            throw e;
        }
    }

    /** Unpacks a page on the heap, never more than its bytes can give. */
    private static final class Codecs implements CompressionCodecFactory {

        @Override
        public BytesInputCompressor getCompressor(CompressionCodecName codec) {
            throw new UnsupportedOperationException("only for reading");
        }

        @Override
        public BytesInputDecompressor getDecompressor(CompressionCodecName codec) {
            return switch (codec) {
                case UNCOMPRESSED -> new Unpacking((page, size) -> page);
                case SNAPPY -> new Unpacking(Codecs::snappy);
                case GZIP ->
                    new Unpacking((page, size) -> head(new GZIPInputStream(new ByteArrayInputStream(page)), size));
                case ZSTD ->
                    new Unpacking(
                            (page, size) -> head(new ZstdInputStreamNoFinalizer(new ByteArrayInputStream(page)), size));
                default -> throw new ParquetDecodingException("compression " + codec + " is not read");
            };
        }

        @Override
        public void release() {}

        private static byte[] snappy(byte[] page, int size) throws IOException {
            if (Snappy.uncompressedLength(page) != size || size > page.length * MOST_OF_SNAPPY) {
                throw new ParquetDecodingException("a page does not have the length that it claims, " + size);
            }
            return Snappy.uncompress(page);
        }

        /** Grows with what is there, whatever the size that is asked for. */
        private static byte[] head(InputStream unpacked, int size) throws IOException {
            try (unpacked) {
                return unpacked.readNBytes(size);
            }
        }
    }

    @FunctionalInterface
    private interface Codec {
        byte[] unpack(byte[] page, int size) throws IOException;
    }

    private record Unpacking(Codec codec) implements CompressionCodecFactory.BytesInputDecompressor {

        @Override
        public BytesInput decompress(BytesInput packed, int size) throws IOException {
            byte[] page =
                    size < 0 ? new byte[0] : codec.unpack(packed.toInputStream().readAllBytes(), size);
            if (page.length != size) {
                throw new ParquetDecodingException("a page has " + page.length + " bytes and claims " + size);
            }
            return BytesInput.from(page);
        }

        @Override
        public void decompress(ByteBuffer packed, int packedSize, ByteBuffer page, int size) {
            throw new UnsupportedOperationException("only for buffers outside the heap, which are not asked for");
        }

        @Override
        public void release() {}
    }
}
