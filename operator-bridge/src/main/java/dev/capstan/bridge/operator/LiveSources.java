package dev.capstan.bridge.operator;

import dev.capstan.bridge.PowerReadings;
import dev.capstan.bridge.carbon.CarbonException;
import dev.capstan.bridge.carbon.CarbonFile;
import dev.capstan.bridge.carbon.CarbonIntensity;
import dev.capstan.bridge.carbon.CarbonSource;
import dev.capstan.bridge.carbon.ElectricityMaps;
import dev.capstan.bridge.carbon.LiveCarbon;
import dev.capstan.bridge.carbon.Neso;
import dev.capstan.bridge.carbon.WattTime;
import dev.capstan.bridge.prometheus.Credentials;
import dev.capstan.bridge.prometheus.PrometheusClient;
import dev.capstan.bridge.prometheus.Tls;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.Carbon;
import dev.capstan.bridge.resource.DurationText;
import dev.capstan.bridge.resource.KeyRef;
import dev.capstan.bridge.resource.LoginRef;
import dev.capstan.bridge.resource.Measurement;
import dev.capstan.bridge.resource.Prometheus;
import dev.capstan.bridge.telemetry.MeteredService;
import dev.capstan.bridge.telemetry.PowerMetrics;
import dev.capstan.bridge.telemetry.PrometheusPowerSource;
import dev.capstan.bridge.telemetry.TelemetrySettings;
import dev.capstan.capping.CarbonReading;
import dev.capstan.trace.CarbonTrace;
import dev.capstan.trace.RandomStream;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/** Sources as the spec of a cap names them, with the secrets that it refers to. */
final class LiveSources implements Sources {

    private static final Duration CARBON_TIMEOUT = Duration.ofSeconds(20);
    private static final Duration CARBON_INTERVAL = Duration.ofMinutes(5);

    private final Keys keys;
    private final InstantSource clock;
    private final Executor background;

    /** @param background asks for carbon intensity, which may take its time */
    LiveSources(Keys keys, InstantSource clock, Executor background) {
        this.keys = keys;
        this.clock = clock;
        this.background = background;
    }

    @Override
    public Telemetry telemetry(CapResource resource, CapPlan plan) throws IOException {
        Measurement measurement = plan.spec().measurement();
        PrometheusPowerSource source = new PrometheusPowerSource(
                client(resource, measurement.prometheus()),
                metrics(measurement),
                new TelemetrySettings(
                        CapLoop.DOMAIN,
                        DurationText.parse(measurement.maximumAge()),
                        DurationText.parse(plan.spec().timers().exporterInterval()),
                        measurement.overheadWatts(),
                        TelemetrySettings.HIGHEST_BOARD_WATTS));
        return new Telemetry() {
            @Override
            public PowerReadings read(List<MeteredService> services, long nowNanos) throws IOException {
                return source.read(services, nowNanos);
            }

            @Override
            public List<String> remarks() {
                return source.remarks();
            }

            @Override
            public double peakWatts(List<MeteredService> services, Duration over, long nowNanos) throws IOException {
                return source.peakWatts(services, over, nowNanos);
            }
        };
    }

    private PrometheusClient client(CapResource resource, Prometheus server) throws IOException {
        Credentials credentials = Credentials.none();
        KeyRef token = server.bearerTokenSecretRef();
        LoginRef login = server.basicSecretRef();
        if (token != null) {
            credentials = Credentials.bearer(
                    keys.text(resource, Keys.Kind.SECRET, token).strip());
        } else if (login != null) {
            credentials = Credentials.basic(
                    keys.text(resource, Keys.Kind.SECRET, login.name(), login.userKey()),
                    keys.text(resource, Keys.Kind.SECRET, login.name(), login.passwordKey()));
        }
        return new PrometheusClient(
                URI.create(server.url()),
                credentials,
                DurationText.parse(server.timeout()),
                server.headers(),
                tls(resource, server.tls()),
                clock);
    }

    private Tls tls(CapResource resource, Prometheus.@Nullable Tls tls) throws IOException {
        if (tls == null) {
            return Tls.ofSystem();
        }
        KeyRef authorities = tls.caSecretRef();
        String own = tls.clientCertificateSecret();
        return Tls.of(
                authorities == null ? null : keys.text(resource, Keys.Kind.SECRET, authorities),
                own == null ? null : keys.text(resource, Keys.Kind.SECRET, own, "tls.crt"),
                own == null ? null : keys.text(resource, Keys.Kind.SECRET, own, "tls.key"),
                tls.insecureSkipVerify());
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

    @Override
    public CarbonFeed carbon(CapResource resource, CapPlan plan) throws IOException {
        Carbon carbon = plan.spec().limit().carbon();
        if (carbon == null) {
            return CarbonFeed.NONE;
        }
        LiveCarbon live = new LiveCarbon(
                source(resource, carbon.source()),
                CARBON_INTERVAL,
                RandomStream.named(
                        plan.spec().policy().seed(),
                        "carbon " + resource.getMetadata().getUid()),
                background);
        return new CarbonFeed() {
            @Override
            public CarbonReading reading(long nowNanos) {
                return live.reading(nowNanos);
            }

            @Override
            public String source() {
                return live.source();
            }

            @Override
            public @Nullable String problem() {
                return live.problem();
            }
        };
    }

    private CarbonSource source(CapResource resource, Carbon.Source source) throws IOException {
        URI address = source.url() == null ? null : URI.create(source.url());
        return switch (source.type()) {
            case ELECTRICITY_MAPS ->
                new ElectricityMaps(
                        address == null ? ElectricityMaps.ADDRESS : address,
                        String.valueOf(source.zone()),
                        secret(resource, source.tokenSecretRef()),
                        CarbonTrace.Scope.LIFE_CYCLE,
                        false,
                        CARBON_TIMEOUT);
            case WATTTIME -> wattTime(resource, source, address);
            case NESO -> new Neso(address == null ? Neso.ADDRESS : address, CARBON_TIMEOUT);
            case FILE -> new ConfigMapFile(resource, source.configMapRef());
        };
    }

    private WattTime wattTime(CapResource resource, Carbon.Source source, @Nullable URI address) throws IOException {
        LoginRef login = source.loginSecretRef();
        if (login == null) {
            throw new IOException("spec.limit.carbon.source.loginSecretRef is missing");
        }
        return new WattTime(
                address == null ? WattTime.ADDRESS : address,
                String.valueOf(source.region()),
                keys.text(resource, Keys.Kind.SECRET, login.name(), login.userKey()),
                keys.text(resource, Keys.Kind.SECRET, login.name(), login.passwordKey()),
                CARBON_TIMEOUT);
    }

    private String secret(CapResource resource, @Nullable KeyRef ref) throws IOException {
        if (ref == null) {
            throw new IOException("spec.limit.carbon.source.tokenSecretRef is missing");
        }
        return keys.text(resource, Keys.Kind.SECRET, ref).strip();
    }

    /** A key of a ConfigMap, which is asked for anew each time. */
    private final class ConfigMapFile implements CarbonSource {

        private final CapResource resource;
        private final KeyRef ref;

        ConfigMapFile(CapResource resource, @Nullable KeyRef ref) throws IOException {
            if (ref == null) {
                throw new IOException("spec.limit.carbon.source.configMapRef is missing");
            }
            this.resource = resource;
            this.ref = ref;
        }

        @Override
        public CarbonIntensity ask(Instant now) throws CarbonException {
            Path file = null;
            try {
                file = Files.createTempFile("carbon", "-" + ref.key());
                Files.writeString(file, keys.text(resource, Keys.Kind.CONFIG_MAP, ref));
                return new CarbonFile(file, CarbonTrace.Scope.LIFE_CYCLE).ask(now);
            } catch (CarbonException e) {
                throw e;
            } catch (IOException e) {
                throw new CarbonException(String.valueOf(e.getMessage()), e);
            } finally {
                if (file != null) {
                    delete(file);
                }
            }
        }

        private static void delete(Path file) {
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                file.toFile().deleteOnExit();
            }
        }

        @Override
        public String name() {
            return "ConfigMap " + ref.name() + ", key " + ref.key();
        }

        @Override
        public Duration interval() {
            return CARBON_INTERVAL;
        }
    }
}
