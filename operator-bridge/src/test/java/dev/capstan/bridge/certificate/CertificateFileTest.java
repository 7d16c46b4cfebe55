package dev.capstan.bridge.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.bridge.certificate.Refusal.Reason;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CertificateFileTest {

    @TempDir
    Path folder;

    private Path file;
    private final String text = CertificateFile.text(HandMade.certificate());

    @BeforeEach
    void write() throws IOException {
        file = Files.writeString(folder.resolve("certificate.json"), text);
    }

    @Test
    void whatIsWrittenReadsBackAsTheSame() throws Exception {
        assertThat(CertificateFile.read(file)).isEqualTo(HandMade.certificate(HandMade.TRACE, 0.25, 0.3333333333));
    }

    /** By hand after docs/certify.md: sorted keys, two spaces, ten digits, no exponent, few escapes. */
    @Test
    void theFormIsTheOneThatIsDocumented() {
        assertThat(text)
                .startsWith("""
                        {
                          "cap": {
                            "contain_within_seconds": 60,
                            "highest_watts": 20000,
                            "lowest_watts": 18000,
                            "points": [
                              {
                                "contained": 400,
                                "disturbances": 400,
                                "start_watts": 20000,
                        """)
                .contains(
                        """
                            "goodput_requests_per_second": {
                              "estimate": 0.3333333333,
                              "high": 0.0000001,
                              "low": 0.25
                            },
                        """,
                        "\"seed\": \"9007199254740993\"",
                        "\"name\": \"chat \\\"\\\\ ü\\u0009€ 🙂\"",
                        "\"notes\": [],")
                .doesNotContain("ramp_watts_per_second", "slo_attainment")
                .endsWith("}\n");
    }

    /** So that whoever has a text editor and sha256sum can check one. */
    @Test
    void theHashIsThatOfTheTextWithoutItsLine() throws Exception {
        String hash = text.replaceAll("(?s).*\"sha256\": \"([0-9a-f]{64})\".*", "$1");
        String without = text.replaceFirst("  \"sha256\": \"[0-9a-f]{64}\",\n", "");

        assertThat(without.length()).isEqualTo(text.length() - 80);
        assertThat(HexFormat.of()
                        .formatHex(
                                MessageDigest.getInstance("SHA-256").digest(without.getBytes(StandardCharsets.UTF_8))))
                .isEqualTo(hash);
    }

    @Test
    void anotherContentIsAlteredAndBothHashesAreNamed() throws Exception {
        String hash = text.replaceAll("(?s).*\"sha256\": \"([0-9a-f]{64})\".*", "$1");

        refuses(text.replace("\"max_replicas\": 4", "\"max_replicas\": 9"), Reason.ALTERED, "its sha256 is \"" + hash);
        refuses(
                text.replace(hash, hash.replace(hash.charAt(0), '?')),
                Reason.ALTERED,
                "that of its content is " + hash);
        refuses(text.replaceFirst("  \"sha256\": .*\n", ""), Reason.ALTERED, "its sha256 is \"\"");
    }

    @Test
    void anotherFormIsAlteredAndItsFirstLineIsNamed() throws Exception {
        refuses(text.replace("\n", "\r\n"), Reason.ALTERED, "line 1 ");
        refuses(text.replace("  \"issued\"", "\t\"issued\""), Reason.ALTERED, "line " + lineOf("\"issued\""));
        refuses(text.replace("20000", "2e4"), Reason.ALTERED, "line " + lineOf("20000"));
        refuses(
                text.replace("  \"issued\"", "  \"colour\": 1,\n  \"issued\""),
                Reason.ALTERED,
                "line " + lineOf("\"issued\""));
        refuses(text + "\n", Reason.ALTERED, "line " + (text.lines().count() + 2));
    }

    @Test
    void contentThatNoCertificateHasIsAltered() throws Exception {
        refuses(text.replace("2026-05-30T12", "2026-02-30T12"), Reason.ALTERED, "is no instant");
        refuses(text.replace("2026-05-30T12", "2026-01-30T12"), Reason.ALTERED, "must expire after it was issued");
        refuses(text.replaceFirst("(?s)  \"policy\": \\{.*?\n  \\},\n", ""), Reason.ALTERED, "policy");
        refuses(text.replaceFirst("\"max_replicas\": 4", "\"max_replicas\": \"many\""), Reason.ALTERED, "many");
        refuses(text.replaceFirst("\"stagger_seconds\": 0", "\"stagger_seconds\": 1e999"), Reason.ALTERED, "finite");
    }

    @Test
    void anotherFormatIsForeign() throws Exception {
        refuses(
                text.replace("capstan-certificate/1", "capstan-certificate/2"),
                Reason.FOREIGN,
                "is of format \"capstan-certificate/2\", this version reads \"capstan-certificate/1\"");
    }

    @Test
    void whatIsNoCertificateIsUnreadable() throws Exception {
        refuses("", Reason.UNREADABLE, "is not a JSON object");
        refuses("[]", Reason.UNREADABLE, "is not a JSON object");
        refuses("{\"name\": \"timers\"}", Reason.UNREADABLE, "`capstan certify` writes one");
        refuses(text.substring(0, text.length() / 2), Reason.UNREADABLE, "cut short");
        Files.write(file, new byte[] {'{', (byte) 0xff, '}'});
        assertThatThrownBy(() -> CertificateFile.read(file)).hasMessageContaining("not text in UTF-8");
        Files.write(file, new byte[(16 << 20) + 1]);
        assertThatThrownBy(() -> CertificateFile.read(file)).hasMessageContaining("more than 16777216 bytes");
    }

    @Test
    void aFileThatIsNotThereIsAnErrorOfItsOwn() {
        assertThatThrownBy(() -> CertificateFile.read(folder.resolve("gone"))).isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void numbersMustBeFinite() {
        assertThatThrownBy(() -> CertificateFile.text(HandMade.certificate("chat", Double.NaN)))
                .hasMessageContaining("finite numbers only, was NaN");
    }

    private long lineOf(String part) {
        return text.lines().takeWhile(line -> !line.contains(part)).count() + 1;
    }

    private void refuses(String altered, Reason reason, String message) throws IOException {
        assertThat(altered).isNotEqualTo(text);
        Files.writeString(file, altered);
        assertThatThrownBy(() -> CertificateFile.read(file))
                .isInstanceOfSatisfying(
                        CertificateException.class,
                        e -> assertThat(e.refusal().reason()).isEqualTo(reason))
                .hasMessageStartingWith(file + ": ")
                .hasMessageContaining(message);
    }
}
