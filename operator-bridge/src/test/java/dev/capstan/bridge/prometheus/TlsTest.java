package dev.capstan.bridge.prometheus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsParameters;
import com.sun.net.httpserver.HttpsServer;
import dev.capstan.testcluster.LoopbackIdentity;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.Base64;
import java.util.Map;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server that only talks to clients whose certificate it knows: its own. */
class TlsTest {

    @TempDir
    Path folder;

    private String certificate = "";
    private String key = "";
    private HttpsServer server;

    @BeforeEach
    void serve() throws Exception {
        LoopbackIdentity identity = LoopbackIdentity.make(folder);
        certificate = Files.readString(identity.certificate());
        key = Files.readString(identity.key());
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity.sslContext()) {
            @Override
            public void configure(HttpsParameters parameters) {
                SSLParameters wanted = getSSLContext().getDefaultSSLParameters();
                wanted.setNeedClientAuth(true);
                parameters.setSSLParameters(wanted);
            }
        });
        server.createContext("/api/v1/query", exchange -> {
            exchange.getRequestBody().readAllBytes();
            StubPrometheus.send(exchange, 200, StubPrometheus.vector());
            exchange.close();
        });
        server.start();
    }

    @AfterEach
    void stop() {
        server.stop(0);
    }

    @Test
    void asksAServerOfAnAuthorityOfOurOwnThatWantsACertificate() {
        assertThat(ask("localhost", Tls.of(certificate, certificate, key, false))
                        .samples())
                .isEmpty();
    }

    @Test
    void readsTheOlderFormOfAnRsaKeyToo() {
        // PKCS#8 of RSA: sequence (4), version (3), algorithm (15), octet string (4), and in it PKCS#1.
        byte[] pkcs8 = Base64.getMimeDecoder().decode(key.replaceAll("-----[^-]+-----", ""));
        byte[] pkcs1 = Arrays.copyOfRange(pkcs8, 26, pkcs8.length);
        String old = "-----BEGIN RSA PRIVATE KEY-----\n"
                + Base64.getMimeEncoder().encodeToString(pkcs1) + "\n-----END RSA PRIVATE KEY-----\n";

        assertThat(ask("localhost", Tls.of(certificate, certificate, old, false))
                        .samples())
                .isEmpty();
    }

    @Test
    void trustsNobodyElseUnlessToldTo() {
        assertThatThrownBy(() -> ask("localhost", Tls.of(null, certificate, key, false)))
                .isInstanceOf(PrometheusException.class)
                .hasMessageContaining("does not answer");
        assertThat(ask("localhost", Tls.of(null, certificate, key, true)).samples())
                .isEmpty();
    }

    @Test
    void aServerThatWantsACertificateIsNotAskedWithoutOne() {
        assertThatThrownBy(() -> ask("localhost", Tls.of(certificate, null, null, false)))
                .isInstanceOf(PrometheusException.class);
    }

    @Test
    void saysWhatIsWrongWithoutShowingTheKey() {
        assertRefused(null, certificate, null, "must be given together, only the certificate was");
        assertRefused("hello", null, null, "the CA bundle must be certificates in PEM");
        assertRefused("", null, null, "the CA bundle must be certificates in PEM");
        assertRefused(null, certificate, "secret", "the client key must be in PEM");
        assertRefused(
                null,
                certificate,
                "-----BEGIN EC PRIVATE KEY-----\nc2VjcmV0\n-----END EC PRIVATE KEY-----",
                "Maybe run: openssl pkcs8 -topk8");
        assertRefused(
                null,
                certificate,
                "-----BEGIN PRIVATE KEY-----\nc2VjcmV0\n-----END PRIVATE KEY-----",
                "must be of RSA, EC or EdDSA");
    }

    private static void assertRefused(
            @Nullable String authorities, @Nullable String certificate, @Nullable String key, String told) {
        assertThatThrownBy(() -> Tls.of(authorities, certificate, key, false))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(told)
                .hasMessageNotContaining("c2VjcmV0")
                .hasMessageNotContaining("secret");
    }

    private InstantAnswer ask(String host, Tls tls) {
        URI address = URI.create("https://" + host + ":" + server.getAddress().getPort());
        return new PrometheusClient(
                        address, Credentials.none(), Duration.ofSeconds(5), Map.of(), tls, InstantSource.system())
                .query("up", Instant.EPOCH);
    }
}
