package dev.capstan.bridge.prometheus;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/** Whom to trust, and who to be, when a server is asked by https. Never shows a key as text. */
public final class Tls {

    private static final Pattern PEM = Pattern.compile("-----BEGIN ([A-Z0-9 ]+)-----([^-]*)-----END \\1-----");

    /** AlgorithmIdentifier of RSA: object identifier 1.2.840.113549.1.1.1 and no parameters (RFC 8017, A.1). */
    private static final byte[] RSA = {
        0x30, 0x0d, 0x06, 0x09, 0x2a, (byte) 0x86, 0x48, (byte) 0x86, (byte) 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00
    };

    private static final byte[] VERSION_0 = {0x02, 0x01, 0x00};

    private final SSLContext context;

    private Tls(SSLContext context) {
        this.context = context;
    }

    /** Trusts the authorities that this Java trusts, and shows no certificate. */
    public static Tls ofSystem() {
        return of(null, null, null, false);
    }

    /**
     * Any of it.
     *
     * @param authorities certificates to trust in place of the system's, in PEM; null for the system's
     * @param certificate our own, with those that vouch for it after it, in PEM; null for none
     * @param key of that certificate, in PEM: PKCS#8, or PKCS#1 of RSA; not encrypted; null without certificate
     * @param skipVerify trusts anybody under any name: whoever is on the way can read and change all. For trials
     * @throws IllegalArgumentException if one of them is not what it should be; holds nothing of the key
     */
    public static Tls of(
            @Nullable String authorities, @Nullable String certificate, @Nullable String key, boolean skipVerify) {
        if ((certificate == null) != (key == null)) {
            throw new IllegalArgumentException("a client certificate and its key must be given together, only the "
                    + (key == null ? "certificate" : "key") + " was");
        }
        try {
            SSLContext context = SSLContext.getInstance("TLS");
            context.init(
                    certificate == null || key == null ? null : identity(certificate, key),
                    skipVerify
                            ? new TrustManager[] {new TrustAnybody()}
                            : authorities == null ? null : trust(authorities),
                    null);
            return new Tls(context);
        } catch (GeneralSecurityException | IOException e) {
            throw new IllegalArgumentException("TLS cannot be set up: " + e.getMessage(), e);
        }
    }

    /** For clients of the JDK. */
    public SSLContext context() {
        return context;
    }

    private static TrustManager[] trust(String authorities) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        int count = 0;
        for (Certificate one : certificates("the CA bundle", authorities)) {
            store.setCertificateEntry("authority-" + count++, one);
        }
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory.getTrustManagers();
    }

    private static KeyManager[] identity(String certificate, String key) throws GeneralSecurityException, IOException {
        KeyStore store = emptyStore();
        Certificate[] chain =
                certificates("the client certificate", certificate).toArray(Certificate[]::new);
        store.setKeyEntry("client", privateKey(key), new char[0], chain);
        KeyManagerFactory factory = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
        factory.init(store, new char[0]);
        return factory.getKeyManagers();
    }

    private static KeyStore emptyStore() throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        return store;
    }

    private static Collection<? extends Certificate> certificates(String what, String pem) {
        try {
            Collection<? extends Certificate> all = CertificateFactory.getInstance("X.509")
                    .generateCertificates(new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
            if (!all.isEmpty()) {
                return all;
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException(
                    what + " must be certificates in PEM (-----BEGIN CERTIFICATE-----), is not: " + e.getMessage(), e);
        }
        throw new IllegalArgumentException(
                what + " must be certificates in PEM (-----BEGIN CERTIFICATE-----), holds none");
    }

    private static PrivateKey privateKey(String pem) throws GeneralSecurityException {
        Matcher block = PEM.matcher(pem);
        while (block.find()) {
            String type = block.group(1);
            if (type.equals("PRIVATE KEY")) {
                return pkcs8(der(block.group(2)));
            }
            if (type.equals("RSA PRIVATE KEY") && !block.group(2).contains(":")) {
                return pkcs8(sequence(VERSION_0, RSA, tagged(0x04, der(block.group(2)))));
            }
            if (type.endsWith("PRIVATE KEY")) {
                throw new IllegalArgumentException("the client key must be PKCS#8, or PKCS#1 of RSA, and not encrypted;"
                        + " was '" + type + "'. Maybe run: openssl pkcs8 -topk8 -nocrypt -in old.key -out new.key");
            }
        }
        throw new IllegalArgumentException("the client key must be in PEM (-----BEGIN PRIVATE KEY-----), is not");
    }

    private static byte[] der(String base64) {
        try {
            return Base64.getMimeDecoder().decode(base64);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("the client key is not base64 between its PEM lines", e);
        }
    }

    private static PrivateKey pkcs8(byte[] der) throws GeneralSecurityException {
        for (String algorithm : List.of("RSA", "EC", "EdDSA")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
            } catch (InvalidKeySpecException e) {
                // Of another algorithm: the next one reads it.
            }
        }
        throw new IllegalArgumentException("the client key must be of RSA, EC or EdDSA, is none of these");
    }

    private static byte[] sequence(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return tagged(0x30, all.toByteArray());
    }

    /** A value of DER, of up to 65,535 bytes. */
    private static byte[] tagged(int tag, byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(tag);
        if (content.length < 0x80) {
            out.write(content.length);
        } else if (content.length < 0x100) {
            out.write(0x81);
            out.write(content.length);
        } else {
            out.write(0x82);
            out.write(content.length >> 8);
            out.write(content.length);
        }
        out.writeBytes(content);
        return out.toByteArray();
    }

    @Override
    public String toString() {
        return "TLS";
    }

    /** Extended, so that the name of the host is not looked at either. */
    private static final class TrustAnybody extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
