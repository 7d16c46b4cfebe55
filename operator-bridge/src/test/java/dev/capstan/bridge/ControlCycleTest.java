package dev.capstan.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.CarbonReading;
import dev.capstan.capping.Decision;
import dev.capstan.capping.DomainReading;
import dev.capstan.capping.GatewayReading;
import dev.capstan.capping.LatencyReading;
import dev.capstan.capping.Observation;
import dev.capstan.capping.PowerReading;
import dev.capstan.capping.ReplicaCounts;
import dev.capstan.capping.ReplicaPower;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.ServiceReading;
import dev.capstan.capping.Step;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ControlCycleTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:00.5Z");
    private static final long NOON_NANOS =
            1_772_366_400_500_000_000L; // date -u -d '2026-03-01 12:00' +%s is 1772366400

    private final List<ServiceAction> written = new ArrayList<>();
    private Instant now = NOON;
    private PowerSource power = at -> new PowerReadings(
            150, Map.of("row", PowerReading.fresh(9_000, 5)), Map.of("chat", PowerReading.fresh(7_000, 5)));
    private final List<Step<?>> begun = new ArrayList<>();
    private Write write = action -> action;
    private Optional<String> storeFailure = Optional.empty();
    private final Actuator actuator = new Actuator() {
        @Override
        public void begin(Step<?> step) throws IOException {
            assertThat(written).isEmpty();
            if (storeFailure.isPresent()) {
                throw new IOException(storeFailure.get());
            }
            begun.add(step);
        }

        @Override
        public ServiceAction apply(ServiceAction action) throws IOException {
            written.add(action);
            return write.apply(action);
        }
    };

    @Test
    void enforceWritesWhatThePolicyDecidedInItsOrder() throws IOException {
        CycleRecord<Turns> turn = cycle(Mode.ENFORCE).run(new Turns(3));

        assertThat(written).containsExactly(ServiceAction.ceiling("chat", 4), ServiceAction.ceiling("code", 2));
        assertThat(turn.applied()).allMatch(Applied::asAsked).hasSize(2);
        assertThat(turn.before()).isEqualTo(new Turns(3));
        assertThat(turn.step().state()).isEqualTo(new Turns(4));
    }

    @Test
    void recommendDecidesAndWritesNothing() throws IOException {
        CycleRecord<Turns> turn = cycle(Mode.RECOMMEND).run(new Turns(0));

        assertThat(turn.step().decision().actions()).hasSize(2);
        assertThat(turn.applied()).isEmpty();
        assertThat(written).isEmpty();
    }

    @Test
    void observeReadsButNeitherAsksThePolicyNorWrites() throws IOException {
        CycleRecord<Turns> turn = cycle(Mode.OBSERVE).run(new Turns(7));

        assertThat(turn.seen().rootPower().watts()).isEqualTo(9_000);
        assertThat(turn.step()).isEqualTo(new Step<>(new Turns(7), turn.step().decision()));
        assertThat(turn.step().decision().actions()).isEmpty();
        assertThat(turn.step().decision().code()).isEqualTo("observe");
        assertThat(written).isEmpty();
    }

    @Test
    void observationJoinsTheClusterWithPowerAndTheGivenClock() throws IOException {
        Observation seen = cycle(Mode.RECOMMEND).run(new Turns(0)).seen();

        assertThat(seen.nowNanos()).isEqualTo(NOON_NANOS);
        assertThat(seen.capWatts()).isEqualTo(10_000);
        assertThat(seen.overheadWatts()).isEqualTo(150);
        assertThat(seen.services().get(0).power().watts()).isEqualTo(7_000);
        assertThat(seen.services().get(0).replicas().ready()).isEqualTo(5);
    }

    @Test
    void aServiceThatTelemetryLeftOutIsAbsentAndNotZero() throws IOException {
        Observation seen = cycle(Mode.RECOMMEND).run(new Turns(0)).seen();

        assertThat(seen.services().get(1).name()).isEqualTo("code");
        assertThat(seen.services().get(1).power()).isEqualTo(PowerReading.absent());
    }

    @Test
    void thePolicyIsStillAskedWhenTelemetryDoesNotAnswer() throws IOException {
        power = at -> {
            throw new IOException("connection refused");
        };

        CycleRecord<Turns> turn = cycle(Mode.ENFORCE).run(new Turns(0));

        assertThat(turn.telemetryFailure()).isEqualTo("connection refused");
        assertThat(turn.seen().rootPower()).isEqualTo(PowerReading.absent());
        assertThat(turn.step().state()).isEqualTo(new Turns(1));
    }

    @Test
    void nothingIsDecidedWhenTheClusterDoesNotAnswer() {
        ControlCycle<Turns> cycle = new ControlCycle<>(
                new CountingPolicy(),
                Mode.ENFORCE,
                at -> {
                    throw new IOException("no leader");
                },
                power,
                actuator,
                () -> now);

        assertThatThrownBy(() -> cycle.run(new Turns(0)))
                .isInstanceOf(IOException.class)
                .hasMessage("no leader");
        assertThat(written).isEmpty();
    }

    @Test
    void aFailedWriteIsRecordedAndDoesNotHoldBackTheNext() throws IOException {
        write = action -> {
            if (action.service().equals("chat")) {
                throw new IOException("chat: not found");
            }
            return action;
        };

        CycleRecord<Turns> turn = cycle(Mode.ENFORCE).run(new Turns(0));

        assertThat(written).hasSize(2);
        assertThat(turn.applied().get(0).failure()).isEqualTo("chat: not found");
        assertThat(turn.applied().get(0).asAsked()).isFalse();
        assertThat(turn.applied().get(1).asAsked()).isTrue();
    }

    @Test
    void theStepIsStoredBeforeTheFirstWrite() throws IOException {
        CycleRecord<Turns> turn = cycle(Mode.ENFORCE).run(new Turns(0));

        assertThat(begun).isEqualTo(List.of(turn.step()));
    }

    @Test
    void nothingIsWrittenWhereTheStepCannotBeStored() throws IOException {
        storeFailure = Optional.of("no leader");

        CycleRecord<Turns> turn = cycle(Mode.ENFORCE).run(new Turns(0));

        assertThat(written).isEmpty();
        assertThat(turn.applied()).extracting(Applied::failure).containsExactly("no leader", "no leader");
    }

    @Test
    void aClampedValueIsReadBackAsItIs() throws IOException {
        write = action -> action.withReplicaCeiling(3);

        Applied first = cycle(Mode.ENFORCE).run(new Turns(0)).applied().get(0);

        assertThat(first.asked().replicaCeiling()).isEqualTo(4);
        assertThat(first.effective()).isEqualTo(ServiceAction.ceiling("chat", 3));
        assertThat(first.asAsked()).isFalse();
    }

    @Test
    void timeOfThePolicyStandsStillWhileTheWallClockIsSetBack() throws IOException {
        ControlCycle<Turns> cycle = cycle(Mode.RECOMMEND);
        CycleRecord<Turns> first = cycle.run(new Turns(0));
        now = NOON.minusSeconds(30);

        assertThat(cycle.run(first.step().state()).seen().nowNanos()).isEqualTo(NOON_NANOS);
    }

    @Test
    void anAppliedActionIsEitherEffectiveOrFailed() {
        ServiceAction action = ServiceAction.ceiling("chat", 4);

        assertThatThrownBy(() -> new Applied(action, null, null)).hasMessageContaining("chat had neither");
        assertThatThrownBy(() -> new Applied(action, action, "late")).hasMessageContaining("chat had both");
        assertThatThrownBy(() -> new Applied(action, ServiceAction.ceiling("code", 4), null))
                .hasMessage("values read back must be those of service chat, were those of code");
    }

    private ControlCycle<Turns> cycle(Mode mode) {
        return new ControlCycle<>(new CountingPolicy(), mode, ControlCycleTest::cluster, power, actuator, () -> now);
    }

    private static Observation cluster(long nowNanos) {
        return new Observation(
                nowNanos,
                10_000,
                null,
                0,
                List.of(new DomainReading("row", null, 12_000, PowerReading.absent())),
                List.of(service("chat"), service("code")),
                CarbonReading.UNKNOWN,
                null,
                List.of());
    }

    private static ServiceReading service(String name) {
        return new ServiceReading(
                name,
                "row",
                PowerReading.absent(),
                new ReplicaCounts(5, 0, 0, 5, 8, 1, 8, false),
                new ReplicaPower(1_400, 200, 600, 2, 700, 200, 700, 1_980, 1_980, 1.1),
                null,
                null,
                GatewayReading.NONE,
                LatencyReading.NONE,
                0,
                1,
                12,
                3,
                4_000,
                900);
    }

    /** Counts its turns and always asks for the same two ceilings. */
    private static final class CountingPolicy implements CappingPolicy<Turns> {
        @Override
        public Turns initialState() {
            return new Turns(0);
        }

        @Override
        public Step<Turns> step(Turns state, Observation seen) {
            return new Step<>(
                    new Turns(state.count() + 1),
                    new Decision(
                            List.of(ServiceAction.ceiling("chat", 4), ServiceAction.ceiling("code", 2)),
                            "over-band",
                            "9000 W of 10000 W"));
        }
    }

    private record Turns(int count) {}

    private interface Write {
        ServiceAction apply(ServiceAction action) throws IOException;
    }
}
