package dev.capstan.bridge.carbon;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import com.sun.net.httpserver.HttpExchange;
import dev.capstan.capping.CarbonForecast;
import dev.capstan.trace.CarbonTrace.Scope;
import dev.capstan.trace.CarbonTrace.Signal;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CarbonSourcesTest {

    private static final Instant NOW = Instant.parse("2026-01-20T12:10:00Z");
    private static final Duration TIMEOUT = Duration.ofSeconds(5);

    @TempDir
    Path folder;

    @Test
    void nesoForecastsTheHalfHourOfNowUntilItIsMeasured() throws IOException {
        String body = """
                {"data":[
                {"from":"2026-01-20T11:30Z","to":"2026-01-20T12:00Z","intensity":{"forecast":180,"actual":175,"index":"moderate"}},
                {"from":"2026-01-20T12:00Z","to":"2026-01-20T12:30Z","intensity":{"forecast":190,"actual":null,"index":"moderate"}},
                {"from":"2026-01-20T12:30Z","to":"2026-01-20T13:00Z","intensity":{"forecast":200,"actual":null,"index":"high"}}]}
                """;
        try (StubSource stub = new StubSource(exchange -> StubSource.send(exchange, 200, body))) {
            CarbonIntensity told = new Neso(stub.address(), TIMEOUT).ask(NOW);

            assertThat(stub.asked).containsExactly("/intensity/2026-01-20T12:10Z/fw48h");
            assertThat(told.gramsPerKilowattHour()).isEqualTo(190);
            assertThat(told.estimated()).isTrue();
            assertThat(told.signal()).isEqualTo(Signal.AVERAGE);
            assertThat(told.scope()).isEqualTo(Scope.DIRECT);
            assertThat(told.from()).isEqualTo("2026-01-20T12:00:00Z");
            assertThat(told.to()).isEqualTo("2026-01-20T12:30:00Z");
            assertThat(told.forecast().slots())
                    .extracting(CarbonForecast.Slot::gramsPerKilowattHour)
                    .containsExactly(180.0, 190.0, 200.0);

            CarbonIntensity before = new Neso(stub.address(), TIMEOUT).ask(Instant.parse("2026-01-20T11:59:59Z"));
            assertThat(before.gramsPerKilowattHour()).isEqualTo(175);
            assertThat(before.estimated()).isFalse();
        }
    }

    @Test
    void electricityMapsSaysWhetherItEstimates() throws IOException {
        try (StubSource stub = new StubSource(exchange -> StubSource.send(
                exchange,
                200,
                exchange.getRequestURI().getPath().endsWith("latest") ? electricityMaps("302", "lifecycle") : """
                        {"zone":"DE","updatedAt":"2026-01-20T11:50:00.000Z","forecast":[
                        {"carbonIntensity":310,"datetime":"2026-01-20T13:00:00.000Z"},
                        {"carbonIntensity":null,"datetime":"2026-01-20T14:00:00.000Z"},
                        {"carbonIntensity":290,"datetime":"2026-01-20T15:00:00.000Z"}]}
                        """))) {
            CarbonIntensity told =
                    new ElectricityMaps(stub.address(), "DE", "secret", Scope.LIFE_CYCLE, true, TIMEOUT).ask(NOW);

            assertThat(stub.asked)
                    .containsExactly(
                            "/v3/carbon-intensity/latest?zone=DE&emissionFactorType=lifecycle secret",
                            "/v3/carbon-intensity/forecast?zone=DE&emissionFactorType=lifecycle secret");
            assertThat(told.gramsPerKilowattHour()).isEqualTo(302);
            assertThat(told.estimated()).isTrue();
            assertThat(told.scope()).isEqualTo(Scope.LIFE_CYCLE);
            assertThat(told.to()).isEqualTo("2026-01-20T13:00:00Z");
            assertThat(told.forecast().issuedAtNanos())
                    .isEqualTo(CarbonHttp.nanos(Instant.parse("2026-01-20T11:50:00Z")));
            // Of the hour without a value nothing is known.
            assertThat(told.forecast().at(CarbonHttp.nanos(Instant.parse("2026-01-20T14:30:00Z"))))
                    .isNull();
            assertThat(told.forecast().slots()).hasSize(2);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "null | lifecycle | has no value for 2026-01-20T12:00:00.000Z yet",
                "302 | direct | the two must not be mixed",
                "-3 | lifecycle | expected a number that is 0 to 5000 g/kWh",
                "90000 | lifecycle | expected a number that is 0 to 5000 g/kWh"
            })
    void electricityMapsIsRefusedWhereItsAnswerIsNotWhatWasAsked(String value, String type, String told)
            throws IOException {
        try (StubSource stub =
                new StubSource(exchange -> StubSource.send(exchange, 200, electricityMaps(value, type)))) {
            assertThatThrownBy(
                            () -> new ElectricityMaps(stub.address(), "DE", "secret", Scope.LIFE_CYCLE, false, TIMEOUT)
                                    .ask(NOW))
                    .isInstanceOf(CarbonException.class)
                    .hasMessageStartingWith("Electricity Maps DE")
                    .hasMessageContaining(told);
        }
    }

    @Test
    void wattTimeLogsInOnceAndTurnsPoundsIntoGrams() throws IOException {
        try (StubSource stub = new StubSource(exchange -> wattTime(exchange, "lbs_co2_per_mwh"))) {
            WattTime source = new WattTime(stub.address(), "CAISO_NORTH", "user", "secret", TIMEOUT);
            CarbonIntensity told = source.ask(NOW);

            // 900 lb/MWh x 0.45359237 = 408.233133 g/kWh.
            assertThat(told.gramsPerKilowattHour()).isCloseTo(408.233133, within(1e-9));
            assertThat(told.signal()).isEqualTo(Signal.MARGINAL);
            assertThat(told.from()).isEqualTo("2026-01-20T12:10:00Z");
            assertThat(told.to()).isEqualTo("2026-01-20T12:15:00Z");
            source.ask(NOW.plusSeconds(60));
            // user:secret in base64.
            assertThat(stub.asked)
                    .filteredOn(one -> one.startsWith("/login"))
                    .containsExactly("/login Basic dXNlcjpzZWNyZXQ=");
            assertThat(stub.asked)
                    .filteredOn(one -> one.endsWith("Bearer token-1"))
                    .hasSize(2);

            // Before a token runs out it is renewed, whatever comes of the question after that.
            assertThatThrownBy(() -> source.ask(NOW.plus(Duration.ofMinutes(25))))
                    .hasMessageContaining("Maybe its data are late");
            assertThat(stub.asked).filteredOn(one -> one.startsWith("/login")).hasSize(2);
        }
    }

    @Test
    void wattTimeRenewsATokenThatIsRefusedAndGivesUpOnASecondRefusal() throws IOException {
        AtomicInteger logins = new AtomicInteger();
        AtomicInteger good = new AtomicInteger(1);
        try (StubSource stub = new StubSource(exchange -> {
            String path = exchange.getRequestURI().getPath();
            String login = exchange.getRequestHeaders().getFirst("Authorization");
            if (path.equals("/login")) {
                StubSource.send(exchange, 200, "{\"token\":\"t" + logins.incrementAndGet() + "\"}");
            } else if (("Bearer t" + good.get()).equals(login)) {
                wattTime(exchange, "lbs_co2_per_mwh");
            } else {
                StubSource.send(exchange, 401, "{\"error\":\"expired\"}");
            }
        })) {
            WattTime source = new WattTime(stub.address(), "CAISO_NORTH", "user", "secret", TIMEOUT);
            source.ask(NOW);
            good.set(2);
            assertThat(source.ask(NOW).gramsPerKilowattHour()).isPositive();
            assertThat(logins).hasValue(2);

            good.set(9);
            assertThatThrownBy(() -> source.ask(NOW))
                    .hasMessageContaining("refuses with HTTP 401")
                    .hasMessageNotContaining("secret")
                    .hasMessageNotContaining("t3");
            assertThat(logins).hasValue(3);
        }
    }

    @Test
    void wattTimeOfOtherUnitsIsRefused() throws IOException {
        try (StubSource stub = new StubSource(exchange -> wattTime(exchange, "kg_co2_per_mwh"))) {
            assertThatThrownBy(() -> new WattTime(stub.address(), "CAISO_NORTH", "user", "secret", TIMEOUT).ask(NOW))
                    .hasMessage("WattTime CAISO_NORTH answers with units 'kg_co2_per_mwh', expected lbs_co2_per_mwh");
        }
    }

    @Test
    void aFileHoldsItsValuesAndForecastsWhatLiesAhead() throws IOException {
        Path file = Files.writeString(folder.resolve("grid.csv"), """
                # zone: GB
                # signal: average
                # scope: direct
                time_utc,carbon_grams_per_kilowatt_hour
                2026-01-20T12:00:00Z,150
                2026-01-20T12:30:00Z,160
                2026-01-20T13:00:00Z,170
                """);
        CarbonFile source = new CarbonFile(file, Scope.DIRECT);

        CarbonIntensity told = source.ask(NOW);
        assertThat(told.gramsPerKilowattHour()).isEqualTo(150);
        assertThat(told.to()).isEqualTo("2026-01-20T12:30:00Z");
        assertThat(told.forecast().slots()).hasSize(3);
        // The last value holds as long as the others, and is then old.
        assertThat(source.ask(NOW.plus(Duration.ofDays(1))).to()).isEqualTo("2026-01-20T13:30:00Z");
        assertThatThrownBy(() -> source.ask(NOW.minus(Duration.ofHours(1))))
                .hasMessageContaining("begins at 2026-01-20T12:00:00Z");
        assertThatThrownBy(() -> new CarbonFile(file, Scope.LIFE_CYCLE).ask(NOW))
                .isInstanceOf(CarbonException.class)
                .hasMessageContaining("scope is 'direct' but life-cycle was asked for");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "403 | no plan | Maybe the token is wrong",
                "500 | oops | answers HTTP 500: 'oops'",
                "200 | <html>Sign in</html> | Maybe a proxy answers in its place",
                "200 | {\"data\":[]} | answers without the half hour of 2026-01-20T12:10:00Z",
                "200 | {\"data\":[{\"from\":\"noon\"}]} | expected a time such as"
            })
    void tellsWhatCameInsteadOfAFigure(int status, String body, String told) throws IOException {
        try (StubSource stub = new StubSource(exchange -> StubSource.send(exchange, status, body))) {
            assertThatThrownBy(() -> new Neso(stub.address(), TIMEOUT).ask(NOW))
                    .isInstanceOf(CarbonException.class)
                    .hasMessageStartingWith("NESO GB")
                    .hasMessageContaining(told);
        }
    }

    @ParameterizedTest
    @CsvSource({"90, 90", "'Tue, 20 Jan 2026 12:12:00 GMT', 120"})
    void asksLaterWhereASourceSaysSo(String header, long seconds) throws IOException {
        try (StubSource stub = new StubSource(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", header);
            StubSource.send(exchange, 429, "slow down");
        })) {
            assertThatThrownBy(() -> new Neso(stub.address(), TIMEOUT).ask(NOW))
                    .isInstanceOfSatisfying(
                            CarbonException.class,
                            e -> assertThat(e.retryAfter()).contains(Duration.ofSeconds(seconds)))
                    .hasMessageContaining("asked too often");
        }
    }

    @Test
    void aSourceThatNeverEndsOrIsGoneIsGivenUp() throws IOException {
        CountDownLatch end = new CountDownLatch(1);
        URI address;
        try (StubSource stub = new StubSource(exchange -> {
            exchange.sendResponseHeaders(200, 1_000);
            exchange.getResponseBody().flush();
            try {
                end.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        })) {
            address = stub.address();
            assertThatThrownBy(() -> new Neso(address, Duration.ofMillis(300)).ask(NOW))
                    .hasMessageContaining("within 300 ms");
            end.countDown();
        }
        assertThatThrownBy(() -> new Neso(address, TIMEOUT).ask(NOW)).hasMessageContaining("does not answer");
    }

    @Test
    void refusesAddressesThatAreNone() {
        for (String address : new String[] {"localhost:80", "ftp://host", "http://user:secret@host"}) {
            assertThatThrownBy(() -> new Neso(URI.create(address), TIMEOUT))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageNotContaining("secret");
        }
    }

    private static String electricityMaps(String value, String type) {
        return "{\"zone\":\"DE\",\"carbonIntensity\":" + value + ",\"datetime\":\"2026-01-20T12:00:00.000Z\","
                + "\"updatedAt\":\"2026-01-20T11:45:00.000Z\",\"emissionFactorType\":\"" + type
                + "\",\"isEstimated\":true,\"estimationMethod\":\"TIME_SLICER_AVERAGE\"}";
    }

    private static void wattTime(HttpExchange exchange, String units) throws IOException {
        StubSource.send(
                exchange,
                200,
                exchange.getRequestURI().getPath().equals("/login") ? "{\"token\":\"token-1\"}" : """
                        {"data":[{"point_time":"2026-01-20T12:10:00+00:00","value":900},
                        {"point_time":"2026-01-20T12:15:00+00:00","value":1000},
                        {"point_time":"2026-01-20T12:20:00+00:00","value":1100}],
                        "meta":{"region":"CAISO_NORTH","signal_type":"co2_moer","units":"%s",
                        "data_point_period_seconds":300,"generated_at":"2026-01-20T12:05:00+00:00"}}
                        """.formatted(units));
    }
}
