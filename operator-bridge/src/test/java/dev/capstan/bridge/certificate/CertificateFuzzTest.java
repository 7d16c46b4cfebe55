package dev.capstan.bridge.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.provider.MethodSource;

/** Certificates of any bytes: some in every build, new ones in a campaign (CONTRIBUTING.md). */
class CertificateFuzzTest {

    @TempDir
    static Path folder;

    static Stream<byte[]> certificatesSeeds() {
        String text = CertificateFile.text(HandMade.certificate());
        return Stream.of(
                        text,
                        text.replace("\"stagger_seconds\": 0", "\"stagger_seconds\": -1e-320"),
                        text.replace("2026-05-30T12:00:00Z", "+999999999-12-31T23:59:59.999999999Z"),
                        text.replace("\"notes\": []", "\"notes\": [null]"),
                        text.replace("\"notes\": []", "\"notes\": " + "[".repeat(1200) + "]".repeat(1200)),
                        text.replace("\"max_replicas\": 4", "\"max_replicas\": 4000000000"),
                        "{\"format\": \"capstan-certificate/1\"}")
                .map(seed -> seed.getBytes(StandardCharsets.UTF_8));
    }

    /** A reader gives the certificate of just these bytes, or refuses them and names the file. */
    @MethodSource("certificatesSeeds")
    @FuzzTest(maxDuration = "10m")
    void certificates(byte[] bytes) throws IOException {
        Path file = Files.write(folder.resolve("certificate.json"), bytes);
        try {
            assertThat(CertificateFile.text(CertificateFile.read(file)).getBytes(StandardCharsets.UTF_8))
                    .isEqualTo(bytes);
        } catch (CertificateException e) {
            assertThat(e.refusal().message()).startsWith(file + ": ");
        }
    }
}
