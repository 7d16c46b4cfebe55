package dev.capstan.bridge.operator;

import dev.capstan.bridge.carbon.CarbonException;
import dev.capstan.bridge.carbon.CarbonFile;
import dev.capstan.bridge.carbon.CarbonIntensity;
import dev.capstan.bridge.carbon.CarbonSource;
import dev.capstan.bridge.carbon.ElectricityMaps;
import dev.capstan.bridge.carbon.LiveCarbon;
import dev.capstan.bridge.carbon.Neso;
import dev.capstan.bridge.carbon.WattTime;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.Carbon;
import dev.capstan.bridge.resource.KeyRef;
import dev.capstan.bridge.resource.LoginRef;
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
import java.util.function.Function;
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
        return new PrometheusTelemetry(resource, plan, keys, clock);
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
                new OfSecrets(
                        () -> List.of(token(resource, source)),
                        token -> new ElectricityMaps(
                                address == null ? ElectricityMaps.ADDRESS : address,
                                String.valueOf(source.zone()),
                                token.get(0),
                                CarbonTrace.Scope.LIFE_CYCLE,
                                false,
                                CARBON_TIMEOUT));
            case WATTTIME ->
                new OfSecrets(
                        () -> login(resource, source),
                        login -> new WattTime(
                                address == null ? WattTime.ADDRESS : address,
                                String.valueOf(source.region()),
                                login.get(0),
                                login.get(1),
                                CARBON_TIMEOUT));
            case NESO -> new Neso(address == null ? Neso.ADDRESS : address, CARBON_TIMEOUT);
            case FILE -> new ConfigMapFile(resource, source.configMapRef());
        };
    }

    private String token(CapResource resource, Carbon.Source source) throws IOException {
        KeyRef ref = source.tokenSecretRef();
        if (ref == null) {
            throw new IOException("tokenSecretRef is missing");
        }
        return keys.text(resource, Keys.Kind.SECRET, ref).strip();
    }

    private List<String> login(CapResource resource, Carbon.Source source) throws IOException {
        LoginRef login = source.loginSecretRef();
        if (login == null) {
            throw new IOException("loginSecretRef is missing");
        }
        return List.of(
                keys.text(resource, Keys.Kind.SECRET, login.name(), login.userKey()),
                keys.text(resource, Keys.Kind.SECRET, login.name(), login.passwordKey()));
    }

    /** A source with its token or login as it is in its Secret now. */
    private static final class OfSecrets implements CarbonSource {

        private final Renewable<List<String>, CarbonSource> source;

        OfSecrets(Renewable.Secrets<List<String>> secrets, Function<List<String>, CarbonSource> maker)
                throws IOException {
            source = new Renewable<>(secrets, maker);
        }

        @Override
        public CarbonIntensity ask(Instant now) throws CarbonException {
            try {
                return source.get().ask(now);
            } catch (CarbonException e) {
                // One that wants to be left alone has not refused the login.
                if (e.retryAfter().isPresent() || !isRenewed(e)) {
                    throw e;
                }
                return source.get().ask(now);
            }
        }

        private boolean isRenewed(CarbonException failure) throws CarbonException {
            try {
                return source.renew(failure);
            } catch (IOException e) {
                throw new CarbonException(String.valueOf(e.getMessage()), e);
            }
        }

        @Override
        public String name() {
            return source.get().name();
        }

        @Override
        public Duration interval() {
            return source.get().interval();
        }
    }

    /** A key of a ConfigMap, which is asked for anew each time. */
    private final class ConfigMapFile implements CarbonSource {

        private final CapResource resource;
        private final KeyRef ref;

        ConfigMapFile(CapResource resource, @Nullable KeyRef ref) throws IOException {
            if (ref == null) {
                throw new IOException("configMapRef is missing");
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
