package dev.capstan.bridge.certificate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.capstan.bridge.certificate.Certificate.Rails;
import dev.capstan.bridge.certificate.Certificate.Timers;
import dev.capstan.bridge.certificate.Refusal.Reason;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CoverageTest {

    private static final Enforcement SAME = HandMade.covered();

    private final Certificate certificate = HandMade.certificate();

    @Test
    void whatWasRehearsedIsCovered() {
        assertThat(refusals(SAME)).isEmpty();
        assertThat(certificate.refusals(HandMade.ISSUED, HandMade.VERSION)).isEmpty();
    }

    @Test
    void itCountsFromItsIssueToTheSecondBeforeItExpires() {
        assertThat(certificate.refusals(HandMade.EXPIRES.minusNanos(1), HandMade.VERSION))
                .isEmpty();
        assertThat(certificate.refusals(HandMade.EXPIRES, HandMade.VERSION))
                .singleElement()
                .satisfies(refusal -> {
                    assertThat(refusal.reason()).isEqualTo(Reason.EXPIRED);
                    assertThat(refusal.message())
                            .startsWith("it expired at 2026-05-30T12:00:00Z, now it is 2026-05-30T12:00:00Z");
                });
        assertThat(certificate.refusals(HandMade.ISSUED.minusNanos(1), HandMade.VERSION))
                .extracting(Refusal::reason)
                .containsExactly(Reason.NOT_YET_VALID);
    }

    @Test
    void anotherVersionOfThePolicyIsForeign() {
        assertThat(certificate.refusals(HandMade.ISSUED, "0.2.0"))
                .singleElement()
                .satisfies(refusal -> {
                    assertThat(refusal.reason()).isEqualTo(Reason.FOREIGN);
                    assertThat(refusal.message()).contains("rehearsed with Capstan 0.1.0, this is 0.2.0");
                });
    }

    @Test
    void anotherPolicyIsNotCovered() {
        assertThat(messages(with("three-band", Map.of())))
                .containsExactly("policy: three-band is planned, static-floor was rehearsed");
    }

    @Test
    void aParameterThatIsLeftOutHasItsDefault() {
        assertThat(messages(with("static-floor", Map.of())))
                .containsExactly("policy.parameters.reserve_watts: 0 is planned, 0.25 was rehearsed");
    }

    @Test
    void aParameterThatThePolicyDoesNotHaveIsNotCovered() {
        assertThat(messages(with("static-floor", Map.of("reserve_watts", 0.25, "margin", 1.0))))
                .containsExactly("policy.parameters.margin: 1 is planned, none was rehearsed");
    }

    /** 0.1 + 0.2 is 0.30000000000000004: certificates have ten digits. */
    @Test
    void numbersAreComparedAsTheyAreWritten() {
        Certificate tenths = HandMade.certificate("chat", 0.3);
        assertThat(tenths.refusals(
                        with("static-floor", Map.of("reserve_watts", 0.1 + 0.2)), HandMade.ISSUED, HandMade.VERSION))
                .isEmpty();
    }

    @Test
    void settingsMustBeTheSameAndLatenciesNoLonger() {
        Timers faster = new Timers("energy-counter", 5, 1, 5, 60.0, 0, 0, 0, 0, 0, 0, 0);
        Timers slower = new Timers("power-gauge", 4, 5.1, 16, null, 0.6, 0.6, 0.3, 0.3, 0.2, 0.2, 0.2);

        assertThat(messages(with(faster, HandMade.RAILS))).isEmpty();
        assertThat(messages(with(slower, HandMade.RAILS)))
                .containsExactly(
                        "timers.admission_latency_seconds: 0.2 is planned, at most 0.1 was rehearsed",
                        "timers.api_latency_seconds: 0.6 is planned, at most 0.5 was rehearsed",
                        "timers.brake_latency_seconds: 0.3 is planned, at most 0.2 was rehearsed",
                        "timers.clock_latency_seconds: 0.3 is planned, at most 0.2 was rehearsed",
                        "timers.concurrency_latency_seconds: 0.2 is planned, at most 0.1 was rehearsed",
                        "timers.control_interval_seconds: 4 is planned, 5 was rehearsed",
                        "timers.exporter_interval_seconds: 5.1 is planned, at most 5 was rehearsed",
                        "timers.gpu_limit_latency_seconds: 0.6 is planned, at most 0.5 was rehearsed",
                        "timers.power_source: power-gauge is planned, energy-counter was rehearsed",
                        "timers.rate_window_seconds: none is planned, 60 was rehearsed",
                        "timers.routing_latency_seconds: 0.2 is planned, at most 0.1 was rehearsed",
                        "timers.scrape_interval_seconds: 16 is planned, at most 15 was rehearsed");
    }

    @Test
    void guardRailsMustBeTheSame() {
        assertThat(messages(with(HandMade.TIMERS, new Rails(50, 61, 1.1, 1, 15, 60, 100.0, 0))))
                .containsExactly(
                        "guard_rails.hold_seconds: 61 is planned, 60 was rehearsed",
                        "guard_rails.ramp_watts_per_second: 100 is planned, none was rehearsed");
    }

    @Test
    void capsMustLieInTheRange() {
        assertThat(messages(caps(18_000, 20_000))).isEmpty();
        assertThat(messages(caps(17_999, 20_001)))
                .containsExactly(
                        "cap: 17999 W is planned, 18000 W to 20000 W were rehearsed",
                        "cap: 20001 W is planned, 18000 W to 20000 W were rehearsed");
        assertThat(messages(caps(21_000, 21_000))).hasSize(1);
    }

    @Test
    void servicesMustBeAmongThoseThatWereRehearsedAndNoLargerOrSlower() {
        assertThat(messages(services(
                        new Enforcement.Service("chat", 5, 16, 31), new Enforcement.Service("code", 1, 15, 30))))
                .containsExactly(
                        "service chat: max_replicas: 5 is planned, at most 4 was rehearsed",
                        "service chat: hpa_sync_seconds: 16 is planned, at most 15 was rehearsed",
                        "service chat: grace_seconds: 31 is planned, at most 30 was rehearsed",
                        "service code was not rehearsed, only chat");
        assertThat(messages(services(new Enforcement.Service("chat", 2, 10, 5))))
                .isEmpty();
    }

    @Test
    void allReasonsAreToldAtOnce() {
        Enforcement planned = new Enforcement("pid", Map.of(), HandMade.RAILS, HandMade.TIMERS, List.of(), 1, 1);
        assertThat(certificate.refusals(planned, Instant.parse("2027-01-01T00:00:00Z"), "0.2.0"))
                .extracting(Refusal::reason)
                .containsExactly(Reason.FOREIGN, Reason.EXPIRED, Reason.NOT_COVERED, Reason.NOT_COVERED);
    }

    private List<Refusal> refusals(Enforcement planned) {
        return certificate.refusals(planned, HandMade.ISSUED, HandMade.VERSION);
    }

    private List<String> messages(Enforcement planned) {
        List<Refusal> refusals = refusals(planned);
        assertThat(refusals).extracting(Refusal::reason).allMatch(Reason.NOT_COVERED::equals);
        return refusals.stream().map(Refusal::message).toList();
    }

    private static Enforcement with(String policy, Map<String, Double> parameters) {
        return new Enforcement(policy, parameters, SAME.guardRails(), SAME.timers(), SAME.services(), 20_000, 20_000);
    }

    private static Enforcement with(Timers timers, Rails rails) {
        return new Enforcement(SAME.policy(), SAME.parameters(), rails, timers, SAME.services(), 20_000, 20_000);
    }

    private static Enforcement caps(double lowest, double highest) {
        return new Enforcement(
                SAME.policy(), SAME.parameters(), SAME.guardRails(), SAME.timers(), SAME.services(), lowest, highest);
    }

    private static Enforcement services(Enforcement.Service... services) {
        return new Enforcement(
                SAME.policy(), SAME.parameters(), SAME.guardRails(), SAME.timers(), List.of(services), 20_000, 20_000);
    }
}
