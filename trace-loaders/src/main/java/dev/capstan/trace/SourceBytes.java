package dev.capstan.trace;

import com.github.luben.zstd.ZstdInputStreamNoFinalizer;
import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PushbackInputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/**
 * The bytes of a trace file: unpacked where they are gzip or Zstandard, without a byte order mark, hashed as they lie on
 * the disk. The hash costs about 0.7 s a gigabyte where the processor has SHA instructions, in the same pass.
 */
final class SourceBytes implements Closeable {

    /** How much of the text can be looked at before it is read; no header is longer. */
    static final int HEAD_BYTES = 1 << 16;

    private final Hashed hashed;
    private final InputStream raw;
    private final PushbackInputStream unpacked;

    private SourceBytes(Hashed hashed, InputStream raw, PushbackInputStream unpacked) {
        this.hashed = hashed;
        this.raw = raw;
        this.unpacked = unpacked;
    }

    static SourceBytes open(Path file) throws IOException {
        Hashed hashed = new Hashed(Files.newInputStream(file));
        PushbackInputStream raw = new PushbackInputStream(hashed, HEAD_BYTES);
        try {
            PushbackInputStream unpacked = unpacked(raw);
            byte[] head = peek(unpacked, 3);
            if (startsWith(head, 0xef, 0xbb, 0xbf)) {
                unpacked.skipNBytes(3);
            }
            return new SourceBytes(hashed, raw, unpacked);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    private static PushbackInputStream unpacked(PushbackInputStream raw) throws IOException {
        byte[] head = peek(raw, 4);
        if (startsWith(head, 0x1f, 0x8b)) {
            return new PushbackInputStream(
                    new GZIPInputStream(new BufferedInputStream(raw, 1 << 16), 1 << 16), HEAD_BYTES);
        }
        if (startsWith(head, 0x28, 0xb5, 0x2f, 0xfd)) {
            return new PushbackInputStream(new ZstdInputStreamNoFinalizer(raw), HEAD_BYTES);
        }
        return raw;
    }

    /** The beginning of the text, which {@link #stream} still gives. To be called before reading. */
    byte[] head() throws IOException {
        return peek(unpacked, HEAD_BYTES);
    }

    /** The text, to be read as UTF-8. */
    InputStream stream() {
        return unpacked;
    }

    /** Hash of all bytes of the file in hex; reads what is left of it. To be called once, when done. */
    String finishSha256() throws IOException {
        raw.transferTo(OutputStream.nullOutputStream());
        return HexFormat.of().formatHex(hashed.getMessageDigest().digest());
    }

    /** How much of the file has been read. */
    long bytesRead() {
        return hashed.bytes;
    }

    @Override
    public void close() throws IOException {
        unpacked.close();
        raw.close();
    }

    static TraceException unreadable(Path file, IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return new TraceException(
                    file, "there is no such file. Maybe the path is relative to another folder.", cause);
        }
        return new TraceException(
                file,
                "cannot be read (" + ByteLines.printable(String.valueOf(cause.getMessage()))
                        + "). Maybe it was cut short: fetch it again.",
                cause);
    }

    private static byte[] peek(PushbackInputStream in, int most) throws IOException {
        byte[] head = in.readNBytes(most);
        in.unread(head);
        return head;
    }

    private static boolean startsWith(byte[] head, int... bytes) {
        if (head.length < bytes.length) {
            return false;
        }
        for (int i = 0; i < bytes.length; i++) {
            if ((head[i] & 0xff) != bytes[i]) {
                return false;
            }
        }
        return true;
    }

    /** Hashes and counts what is read. */
    private static final class Hashed extends DigestInputStream {

        private long bytes;

        Hashed(InputStream in) {
            super(in, Sha256.digest());
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            bytes += one < 0 ? 0 : 1;
            return one;
        }

        @Override
        public int read(byte[] into, int from, int most) throws IOException {
            int got = super.read(into, from, most);
            bytes += Math.max(0, got);
            return got;
        }
    }
}
