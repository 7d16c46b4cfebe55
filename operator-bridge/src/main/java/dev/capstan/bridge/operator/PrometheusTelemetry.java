package dev.capstan.bridge.operator;

import dev.capstan.bridge.PowerReadings;
import dev.capstan.bridge.prometheus.Credentials;
import dev.capstan.bridge.prometheus.PrometheusClient;
import dev.capstan.bridge.prometheus.Tls;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.DurationText;
import dev.capstan.bridge.resource.KeyRef;
import dev.capstan.bridge.resource.LoginRef;
import dev.capstan.bridge.resource.Measurement;
import dev.capstan.bridge.resource.Prometheus;
import dev.capstan.bridge.telemetry.MeteredService;
import dev.capstan.bridge.telemetry.PowerMetrics;
import dev.capstan.bridge.telemetry.PrometheusPowerSource;
import dev.capstan.bridge.telemetry.TelemetrySettings;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Power from the Prometheus that a cap names, with its login and certificates as they are in their Secrets now. */
final class PrometheusTelemetry implements Telemetry {

    /** What a client of Prometheus is made of; texts of Secrets, null where none is named. */
    private record Login(
            @Nullable String token,
            @Nullable String user,
            @Nullable String password,
            @Nullable String authorities,
            @Nullable String certificate,
            @Nullable String key) {

        @Override
        public String toString() {
            return "login";
        }

        Credentials credentials() {
            return token != null
                    ? Credentials.bearer(token.strip())
                    : user != null && password != null ? Credentials.basic(user, password) : Credentials.none();
        }
    }

    private interface Question<R> {
        R ask() throws IOException;
    }

    private final CapResource resource;
    private final Prometheus server;
    private final Keys keys;
    private final Renewable<Login, PrometheusClient> client;
    private final PrometheusPowerSource source;

    /** @throws IOException if a Secret that the cap names cannot be read, or is of no use */
    PrometheusTelemetry(CapResource resource, CapPlan plan, Keys keys, InstantSource clock) throws IOException {
        Measurement measurement = plan.spec().measurement();
        this.resource = resource;
        this.keys = keys;
        server = measurement.prometheus();
        TelemetrySettings settings = new TelemetrySettings(
                CapLoop.DOMAIN,
                DurationText.parse(measurement.maximumAge()),
                DurationText.parse(plan.spec().timers().exporterInterval()),
                measurement.overheadWatts(),
                TelemetrySettings.HIGHEST_BOARD_WATTS);
        client = new Renewable<>(this::login, login -> client(login, clock));
        // One for all logins: it knows how many series there have been.
        source = new PrometheusPowerSource(client::get, metrics(measurement), settings);
    }

    @Override
    public PowerReadings read(List<MeteredService> services, long nowNanos) throws IOException {
        return ask(() -> source.read(services, nowNanos));
    }

    @Override
    public List<String> remarks() {
        return source.remarks();
    }

    @Override
    public double peakWatts(List<MeteredService> services, Duration over, long nowNanos) throws IOException {
        return ask(() -> source.peakWatts(services, over, nowNanos));
    }

    private <R> R ask(Question<R> question) throws IOException {
        try {
            return question.ask();
        } catch (IOException e) {
            if (!client.renew(e)) {
                throw e;
            }
            return question.ask();
        }
    }

    private Login login() throws IOException {
        LoginRef basic = server.basicSecretRef();
        Prometheus.Tls tls = server.tls();
        String own = tls == null ? null : tls.clientCertificateSecret();
        return new Login(
                secret(server.bearerTokenSecretRef()),
                basic == null ? null : secret(basic.name(), basic.userKey()),
                basic == null ? null : secret(basic.name(), basic.passwordKey()),
                tls == null ? null : secret(tls.caSecretRef()),
                own == null ? null : secret(own, "tls.crt"),
                own == null ? null : secret(own, "tls.key"));
    }

    private @Nullable String secret(@Nullable KeyRef ref) throws IOException {
        return ref == null ? null : secret(ref.name(), ref.key());
    }

    private String secret(String name, String key) throws IOException {
        return keys.text(resource, Keys.Kind.SECRET, name, key);
    }

    private PrometheusClient client(Login login, InstantSource clock) {
        Prometheus.Tls tls = server.tls();
        return new PrometheusClient(
                URI.create(server.url()),
                login.credentials(),
                DurationText.parse(server.timeout()),
                server.headers(),
                tls == null
                        ? Tls.ofSystem()
                        : Tls.of(login.authorities(), login.certificate(), login.key(), tls.insecureSkipVerify()),
                clock);
    }

    private static PowerMetrics metrics(Measurement measurement) {
        boolean energy = measurement.signal() == Measurement.Signal.ENERGY;
        Duration window = DurationText.parse(measurement.window());
        return switch (measurement.source()) {
            case DCGM -> new PowerMetrics.Dcgm(energy ? window : null, measurement.nodes());
            case KEPLER -> new PowerMetrics.Kepler(energy, window, false, measurement.nodes());
            case CUSTOM ->
                new PowerMetrics.Custom(
                        String.valueOf(measurement.query()),
                        measurement.serviceLabel(),
                        measurement.countQuery(),
                        measurement.ageQuery(),
                        measurement.expectedSeries());
        };
    }
}
