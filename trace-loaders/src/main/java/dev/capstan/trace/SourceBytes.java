package dev.capstan.trace;

import java.io.BufferedInputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.zip.GZIPInputStream;

/** The bytes of a trace file: unpacked where they are gzip, without a byte order mark, hashed as they lie on the disk. */
final class SourceBytes implements Closeable {

    private final InputStream raw;
    private final MessageDigest digest;
    private final InputStream unpacked;

    private SourceBytes(InputStream raw, MessageDigest digest, InputStream unpacked) {
        this.raw = raw;
        this.digest = digest;
        this.unpacked = unpacked;
    }

    static SourceBytes open(Path file) throws IOException {
        MessageDigest digest = sha256();
        InputStream raw = new BufferedInputStream(new DigestInputStream(Files.newInputStream(file), digest), 1 << 16);
        try {
            InputStream unpacked =
                    startsWith(raw, 0x1f, 0x8b) ? new BufferedInputStream(new GZIPInputStream(raw, 1 << 16)) : raw;
            if (startsWith(unpacked, 0xef, 0xbb, 0xbf)) {
                unpacked.skipNBytes(3);
            }
            return new SourceBytes(raw, digest, unpacked);
        } catch (IOException e) {
            raw.close();
            throw e;
        }
    }

    /** The text, to be read as UTF-8. */
    InputStream stream() {
        return unpacked;
    }

    /** Hash of all bytes of the file in hex; reads what is left of it. To be called once, when done. */
    String finishSha256() throws IOException {
        raw.transferTo(OutputStream.nullOutputStream());
        return HexFormat.of().formatHex(digest.digest());
    }

    @Override
    public void close() throws IOException {
        raw.close();
    }

    /** Hash of a recipe in hex. */
    static String sha256Of(String recipe) {
        return HexFormat.of().formatHex(sha256().digest(recipe.getBytes(StandardCharsets.UTF_8)));
    }

    static TraceException unreadable(Path file, IOException cause) {
        if (cause instanceof NoSuchFileException) {
            return new TraceException(
                    file, "there is no such file. Maybe the path is relative to another folder.", cause);
        }
        return new TraceException(
                file, "cannot be read (" + cause.getMessage() + "). Maybe it was cut short: fetch it again.", cause);
    }

    private static boolean startsWith(InputStream in, int... bytes) throws IOException {
        in.mark(bytes.length);
        try {
            for (int expected : bytes) {
                if (in.read() != expected) {
                    return false;
                }
            }
            return true;
        } finally {
            in.reset();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
