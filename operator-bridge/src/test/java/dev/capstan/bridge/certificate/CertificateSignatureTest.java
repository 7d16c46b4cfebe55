package dev.capstan.bridge.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPairGenerator;
import java.security.PublicKey;
import java.util.Base64;
import java.util.HexFormat;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With the keys of test 1 of RFC 8032, section 7.1, in the encodings of RFC 8410. */
class CertificateSignatureTest {

    private static final String SECRET =
            "302e020100300506032b657004220420" + "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60";
    private static final String PUBLIC =
            "302a300506032b6570032100" + "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";

    @TempDir
    Path folder;

    private Path secretFile;
    private Path publicFile;
    private Certificate signed;
    private PublicKey key;

    @BeforeEach
    void sign() throws IOException {
        secretFile = pem("PRIVATE KEY", SECRET);
        publicFile = pem("PUBLIC KEY", PUBLIC);
        key = CertificateSignature.publicKey(publicFile);
        signed = CertificateSignature.sign(HandMade.certificate(), CertificateSignature.privateKey(secretFile));
    }

    @Test
    void whoeverHasThePublicKeyCanCheckWhatTheOtherSigned() throws Exception {
        Path file = Files.writeString(folder.resolve("signed.json"), CertificateFile.text(signed));

        assertThat(CertificateSignature.refusal(CertificateFile.read(file), key))
                .isEmpty();
        assertThat(CertificateSignature.sign(signed, CertificateSignature.privateKey(secretFile)))
                .isEqualTo(signed);
    }

    @Test
    void anUnsignedOneIsRefused() {
        assertThat(CertificateSignature.refusal(HandMade.certificate(), key)).hasValueSatisfying(refusal -> {
            assertThat(refusal.reason()).isEqualTo(Refusal.Reason.UNSIGNED);
            assertThat(refusal.message()).startsWith("nobody signed it");
        });
    }

    /** The hash of the file goes with the forged content, so reading it finds nothing. */
    @Test
    void aForgedContentIsRefused() throws Exception {
        Certificate forged = HandMade.certificate("chat", 9).withSignature(signed.signature());
        Path file = Files.writeString(folder.resolve("forged.json"), CertificateFile.text(forged));

        assertThat(CertificateSignature.refusal(CertificateFile.read(file), key))
                .hasValueSatisfying(refusal -> assertThat(refusal.message())
                        .startsWith("its signature was not made with the key to this one, or not of this content"));
    }

    @Test
    void theKeyOfAnotherIsRefused() throws Exception {
        PublicKey other =
                KeyPairGenerator.getInstance("Ed25519").generateKeyPair().getPublic();

        assertThat(CertificateSignature.refusal(signed, other)).isPresent();
    }

    @Test
    void whatIsNoSignatureIsRefused() {
        assertThat(CertificateSignature.refusal(signed.withSignature("no!"), key))
                .hasValueSatisfying(
                        refusal -> assertThat(refusal.message()).startsWith("its signature cannot be checked"));
        assertThat(CertificateSignature.refusal(signed.withSignature("AAAA"), key))
                .isPresent();
    }

    @Test
    void whatIsNoKeySaysHowToMakeOne() throws Exception {
        assertThatThrownBy(() -> CertificateSignature.privateKey(publicFile))
                .hasMessage(
                        publicFile + " is no PRIVATE KEY of Ed25519 in PEM: has no line -----BEGIN PRIVATE KEY-----."
                                + " Make one with openssl genpkey -algorithm ed25519.");
        Path cut = pem("PUBLIC KEY", PUBLIC.substring(0, 40));
        assertThatThrownBy(() -> CertificateSignature.publicKey(cut))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(cut + " is no PUBLIC KEY of Ed25519 in PEM: ");
        assertThatThrownBy(() -> CertificateSignature.sign(
                        signed,
                        KeyPairGenerator.getInstance("X25519").generateKeyPair().getPrivate()))
                .hasMessageStartingWith("certificates are signed with Ed25519: ");
    }

    private Path pem(String label, String hex) throws IOException {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(HexFormat.of().parseHex(hex));
        return Files.writeString(
                folder.resolve(label + ".pem"),
                "-----BEGIN " + label + "-----\n" + body + "\n-----END " + label + "-----\n");
    }
}
