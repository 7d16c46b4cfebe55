package dev.capstan.bridge.certificate;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Base64;
import java.util.Optional;

/**
 * Signs certificates with Ed25519 (RFC 8032) and checks them, so that nobody without the key can issue one. Signed is the text of
 * the file without its lines {@code sha256} and {@code signature}. Keys are PEM files as {@code openssl genpkey -algorithm
 * ed25519} and {@code openssl pkey -pubout} write them.
 */
public final class CertificateSignature {

    private static final String ALGORITHM = "Ed25519";

    private CertificateSignature() {}

    /**
     * The key to sign with.
     *
     * @throws IllegalArgumentException if the file holds no such key
     * @throws IOException if it cannot be read
     */
    public static PrivateKey privateKey(Path file) throws IOException {
        try {
            return KeyFactory.getInstance(ALGORITHM)
                    .generatePrivate(new PKCS8EncodedKeySpec(pem(text(file), "PRIVATE KEY")));
        } catch (GeneralSecurityException e) {
            throw noKey(file.toString(), "PRIVATE KEY", "openssl genpkey -algorithm ed25519", e);
        }
    }

    /**
     * The key to check with.
     *
     * @throws IllegalArgumentException if the file holds no such key
     * @throws IOException if it cannot be read
     */
    public static PublicKey publicKey(Path file) throws IOException {
        return publicKey(file.toString(), text(file));
    }

    /**
     * The key to check with, from the text of its file.
     *
     * @param source where it comes from, for messages
     * @throws IllegalArgumentException if it is no such key
     */
    public static PublicKey publicKey(String source, String pem) {
        try {
            return KeyFactory.getInstance(ALGORITHM).generatePublic(new X509EncodedKeySpec(pem(pem, "PUBLIC KEY")));
        } catch (GeneralSecurityException e) {
            throw noKey(source, "PUBLIC KEY", "openssl pkey -pubout", e);
        }
    }

    /**
     * The certificate with a signature in place of the one it may have.
     *
     * @throws IllegalArgumentException if the key is not one of Ed25519
     */
    public static Certificate sign(Certificate certificate, PrivateKey key) {
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initSign(key);
            signature.update(signed(certificate));
            return certificate.withSignature(Base64.getEncoder().encodeToString(signature.sign()));
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("certificates are signed with Ed25519: " + e.getMessage(), e);
        }
    }

    /** Why the certificate does not count as signed with the key of which this is the public part; empty if it does. */
    public static Optional<Refusal> refusal(Certificate certificate, PublicKey key) {
        if (certificate.signature() == null) {
            return Optional.of(new Refusal(
                    Refusal.Reason.UNSIGNED, "nobody signed it. Maybe certify again with the key to sign with."));
        }
        try {
            Signature signature = Signature.getInstance(ALGORITHM);
            signature.initVerify(key);
            signature.update(signed(certificate));
            if (signature.verify(Base64.getDecoder().decode(certificate.signature()))) {
                return Optional.empty();
            }
        } catch (GeneralSecurityException | IllegalArgumentException e) {
            return Optional.of(new Refusal(
                    Refusal.Reason.UNSIGNED, "its signature cannot be checked with this key: " + e.getMessage()));
        }
        return Optional.of(new Refusal(
                Refusal.Reason.UNSIGNED,
                "its signature was not made with the key to this one, or not of this content. Do not enforce by it"
                        + " before you know who wrote it."));
    }

    private static byte[] signed(Certificate certificate) {
        return CertificateFile.unhashed(certificate.withSignature(null)).getBytes(StandardCharsets.UTF_8);
    }

    private static String text(Path file) throws IOException {
        return Files.readString(file, StandardCharsets.ISO_8859_1);
    }

    /** The bytes between the lines of a PEM file (RFC 7468). */
    private static byte[] pem(String text, String label) throws GeneralSecurityException {
        String begin = "-----BEGIN " + label + "-----";
        int from = text.indexOf(begin);
        int to = text.indexOf("-----END " + label + "-----");
        if (from < 0 || to < from) {
            throw new GeneralSecurityException("has no line " + begin);
        }
        try {
            return Base64.getMimeDecoder().decode(text.substring(from + begin.length(), to));
        } catch (IllegalArgumentException e) {
            throw new GeneralSecurityException("is not sound PEM", e);
        }
    }

    private static IllegalArgumentException noKey(String source, String label, String command, Exception cause) {
        return new IllegalArgumentException(
                source + " is no " + label + " of Ed25519 in PEM: " + cause.getMessage() + ". Make one with " + command
                        + ".",
                cause);
    }
}
