package dev.capstan.bridge.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

class CertificateProperties {

    private static final String TEXT = CertificateFile.text(HandMade.certificate());

    private static Path file = Path.of("");

    @BeforeContainer
    static void makeAFile() throws IOException {
        file = Files.createTempFile("certificate", ".json");
    }

    @AfterContainer
    static void removeIt() throws IOException {
        Files.delete(file);
    }

    @Property
    void everyCharacterThatIsChangedIsFound(@ForAll @IntRange(max = 1_000_000) int position, @ForAll char other) {
        int at = position % TEXT.length();
        if (TEXT.charAt(at) != other) {
            refuses(TEXT.substring(0, at) + other + TEXT.substring(at + 1));
        }
    }

    /** Those that JSON knows are the likeliest to slip through. */
    @Property
    void everyCharacterThatIsAddedIsFound(
            @ForAll @IntRange(max = 1_000_000) int position, @ForAll @CharRange(from = '\t', to = '~') char added) {
        int at = position % (TEXT.length() + 1);
        refuses(TEXT.substring(0, at) + added + TEXT.substring(at));
    }

    @Property
    void everyCharacterThatIsLeftOutIsFound(@ForAll @IntRange(max = 1_000_000) int position) {
        int at = position % TEXT.length();
        refuses(TEXT.substring(0, at) + TEXT.substring(at + 1));
    }

    @Property
    void namesAndNumbersReadBackAsTheSameText(
            @ForAll String name, @ForAll @DoubleRange(min = -1e15, max = 1e15) double watts) throws Exception {
        String text = CertificateFile.text(HandMade.certificate(name, watts));
        Files.writeString(file, text);
        assertThat(CertificateFile.text(CertificateFile.read(file))).isEqualTo(text);
    }

    /** Bytes, not text: a lone surrogate cannot be written. */
    private static void refuses(String altered) {
        byte[] bytes = altered.getBytes(StandardCharsets.UTF_8);
        try {
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        assertThatThrownBy(() -> CertificateFile.read(file)).isInstanceOf(CertificateException.class);
    }
}
