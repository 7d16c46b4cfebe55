package dev.capstan.bridge.certificate;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.ToStringSerializer;
import dev.capstan.bridge.certificate.Refusal.Reason;
import dev.capstan.trace.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A certificate as a file: JSON in one canonical form, which holds the SHA-256 of that form without the key
 * {@code sha256}. A file whose text differs by one character from what writing its content gives is refused.
 *
 * <p><b>Caveats.</b> The hash finds what was altered by accident. Whoever alters a certificate on purpose can write the
 * hash that goes with it; {@link CertificateSignature} finds that.
 */
public final class CertificateFile {

    /** The format that this version reads and writes. */
    public static final String FORMAT = "capstan-certificate/1";

    /** A certificate is a few kilobytes; a file far beyond that is something else. */
    private static final int MOST_BYTES = 16 << 20;

    private static final String FORMAT_KEY = "format";
    private static final String HASH_KEY = "sha256";

    private static final JsonMapper JSON = JsonMapper.builder()
            .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
            .defaultPropertyInclusion(
                    JsonInclude.Value.construct(JsonInclude.Include.NON_NULL, JsonInclude.Include.ALWAYS))
            // Comparing texts finds keys that do not belong, and tells where they are.
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .addModule(new SimpleModule()
                    .addSerializer(Instant.class, ToStringSerializer.instance)
                    .addDeserializer(Instant.class, new InstantText()))
            .build();

    private CertificateFile() {}

    /**
     * The text of the file.
     *
     * @throws IllegalArgumentException if a number is not finite
     */
    public static String text(Certificate certificate) {
        return CanonicalJson.write(hashed(certificate));
    }

    /** The text of which the hash is taken; without a signature it is what a signature is of. */
    static String unhashed(Certificate certificate) {
        return CanonicalJson.write(formatted(certificate));
    }

    private static ObjectNode formatted(Certificate certificate) {
        ObjectNode tree = JSON.valueToTree(certificate);
        return tree.put(FORMAT_KEY, FORMAT);
    }

    private static ObjectNode hashed(Certificate certificate) {
        ObjectNode tree = formatted(certificate);
        return tree.put(HASH_KEY, Sha256.of(CanonicalJson.write(tree)));
    }

    /**
     * Reads a certificate.
     *
     * @throws CertificateException if the file is none, is of another format, or is not as it was written
     * @throws IOException if the file cannot be read
     */
    public static Certificate read(Path file) throws IOException, CertificateException {
        byte[] bytes;
        try (InputStream in = Files.newInputStream(file)) {
            bytes = in.readNBytes(MOST_BYTES + 1);
        }
        if (bytes.length > MOST_BYTES) {
            throw new CertificateException(
                    file.toString(), Reason.UNREADABLE, "is no certificate: it has more than " + MOST_BYTES + " bytes");
        }
        return parse(file.toString(), bytes);
    }

    /**
     * A certificate from the bytes of its file.
     *
     * @param source where they come from, for messages
     * @throws CertificateException as {@link #read}
     */
    public static Certificate parse(String source, byte[] bytes) throws CertificateException {
        String text;
        JsonNode tree;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
            tree = JSON.readTree(text);
        } catch (CharacterCodingException e) {
            throw new CertificateException(source, Reason.UNREADABLE, "is no certificate: it is not text in UTF-8");
        } catch (JsonProcessingException e) {
            throw new CertificateException(
                    source,
                    Reason.UNREADABLE,
                    "is no certificate: it is not JSON at line " + line(e) + ". Maybe it was cut short.");
        }
        if (!(tree instanceof ObjectNode) || !tree.path(FORMAT_KEY).isTextual()) {
            throw new CertificateException(
                    source,
                    Reason.UNREADABLE,
                    "is no certificate: it is not a JSON object with the key \"" + FORMAT_KEY
                            + "\". `capstan certify` writes one.");
        }
        String format = tree.path(FORMAT_KEY).textValue();
        if (!format.equals(FORMAT)) {
            throw new CertificateException(
                    source,
                    Reason.FOREIGN,
                    "is of format \"" + format + "\", this version reads \"" + FORMAT
                            + "\". Certify the results again with this version.");
        }
        Certificate certificate;
        ObjectNode written;
        String canonical;
        try {
            certificate = JSON.treeToValue(tree, Certificate.class);
            written = hashed(certificate);
            canonical = CanonicalJson.write(written);
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new CertificateException(
                    source,
                    Reason.ALTERED,
                    "is not what was written: " + firstLine(e) + ". Certify the results again.");
        }
        if (text.equals(canonical)) {
            return certificate;
        }
        String named = tree.path(HASH_KEY).asText();
        String hash = written.path(HASH_KEY).asText();
        throw new CertificateException(
                source,
                Reason.ALTERED,
                named.equals(hash)
                        ? "is not what was written: line " + firstDifference(text, canonical)
                                + " is not as certificates have it, though the rest has the hash that it names. Maybe it"
                                + " was formatted anew or given other line ends: take the file as it was written."
                        : "is not what was written: its sha256 is \"" + named + "\", that of its content is " + hash
                                + ". Take the file as it was written, or certify the results again.");
    }

    /** A part of a certificate as JSON with the keys of the file; an empty object for null. */
    static JsonNode tree(@Nullable Object part) {
        return part == null ? JSON.createObjectNode() : JSON.valueToTree(part);
    }

    /** The number of the first line that differs, counted from 1. */
    private static int firstDifference(String text, String canonical) {
        String[] lines = text.split("\n", -1);
        String[] expected = canonical.split("\n", -1);
        return 1 + Arrays.mismatch(lines, expected);
    }

    private static String line(JsonProcessingException e) {
        return e.getLocation() == null ? "1" : String.valueOf(e.getLocation().getLineNr());
    }

    private static String firstLine(Exception e) {
        return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
    }

    private static final class InstantText extends StdDeserializer<Instant> {

        private static final long serialVersionUID = 1L;

        InstantText() {
            super(Instant.class);
        }

        @Override
        public Instant deserialize(JsonParser parser, DeserializationContext context) throws IOException {
            String text = parser.getText();
            try {
                return Instant.parse(text);
            } catch (DateTimeException e) {
                throw context.weirdStringException(text, Instant.class, "is no instant such as 2026-01-31T12:00:00Z");
            }
        }
    }
}
