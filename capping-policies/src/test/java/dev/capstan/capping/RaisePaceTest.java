package dev.capstan.capping;

import static dev.capstan.capping.CapControllerTest.NO_METER;
import static dev.capstan.capping.CapControllerTest.always;
import static dev.capstan.capping.CapControllerTest.chat;
import static dev.capstan.capping.CapControllerTest.gated;
import static dev.capstan.capping.SimulatedService.firstDecision;
import static dev.capstan.capping.SimulatedService.observe;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Raises that keep to a ramp, and starts that are staggered. */
class RaisePaceTest {

    private static final long SECOND = 1_000_000_000L;

    /** The defaults with a ramp of 20 W/s: a replica of 700 W takes 35 s of it. */
    private static final GuardRails RAMP = rails(20, 0);

    static GuardRails rails(double rampWattsPerSecond, int staggerSeconds) {
        GuardRails defaults = GuardRails.DEFAULTS;
        return new GuardRails(
                defaults.maxAgeNanos(),
                defaults.holdNanos(),
                defaults.plausibleFactor(),
                defaults.maxRaisePerStep(),
                defaults.raiseIntervalNanos(),
                defaults.leadNanos(),
                rampWattsPerSecond,
                staggerSeconds * SECOND);
    }

    /** 700 W at 20 W/s are 35 s; at 100 W/s they are 7 s, and the 15 s of a service last longer. */
    @ParameterizedTest
    @CsvSource({"20, 35", "100, 15", "Infinity, 15"})
    void raisesACeilingAtTheSecondInWhichTheRampHasBroughtAReplica(double rampWattsPerSecond, int everySeconds) {
        SimulatedService chat = chat(3, PowerReading.absent());
        CapController<Stateless> controller =
                new CapController<>(new StaticFloorPolicy(0), rails(rampWattsPerSecond, 0), 1);
        CapController.State<Stateless> state = controller.initialState();
        for (int second = 0; second < 5 * everySeconds; second++) {
            Step<CapController.State<Stateless>> step = controller.step(state, observe(second, 7000, NO_METER, chat));
            state = step.state();
            chat.apply(step.decision());
            assertThat(chat.ceiling).as("after %d s", second).isEqualTo(4 + second / everySeconds);
        }
    }

    /**
     * Four pods that draw 1200 W, under a ceiling of four, where {@code frozen} of six; 20 W/s since 0 s. They are 300 W in a raise
     * interval of 15 s, or 75 W of the limit of each of four boards.
     */
    @ParameterizedTest(name = "{0}")
    @MethodSource("raises")
    void letsARaiseThroughOnceTheRampHasWhatItAddsAtMost(
            String what, double limitWatts, boolean frozen, ServiceAction wish, ServiceAction raise, int seconds) {
        SimulatedService chat = gated(true, PowerReading.fresh(1200, 0));
        chat.gpuLimitWatts = limitWatts;
        chat.clockMegahertz = 1200;
        chat.growthFrozen = frozen;
        chat.ceiling = frozen ? 6 : 4;
        CapController<Stateless> controller = always(RAMP, wish);
        CapController.State<Stateless> state = fillingSinceZero(null);
        assertThat(controller
                        .step(state, observe(seconds - 1, 9000, NO_METER, chat))
                        .decision()
                        .actions())
                .as("a second before")
                .doesNotContain(raise);
        assertThat(controller
                        .step(state, observe(seconds, 9000, NO_METER, chat))
                        .decision()
                        .actions())
                .containsExactly(raise);
    }

    static List<Arguments> raises() {
        ServiceAction replica = ServiceAction.ceiling("chat", 5);
        ServiceAction limit = ServiceAction.gpuLimit("chat", 700);
        ServiceAction eased = ServiceAction.gpuLimit("chat", 475);
        ServiceAction admission = ServiceAction.admission("chat", 0.75);
        return List.of(
                Arguments.of("a replica of 700 W", 700, false, replica, replica, 35),
                Arguments.of("a replica limited to 300 W", 300, false, replica, replica, 15),
                Arguments.of("four limits by 75 W", 400, false, limit, eased, 15),
                Arguments.of("four limits by 50 W", 650, false, limit, limit, 10),
                Arguments.of(
                        "limits and a replica: 300 + 475 W, 38.75 s",
                        400,
                        false,
                        replica.withGpuLimitWatts(700.0),
                        replica.withGpuLimitWatts(475.0),
                        39),
                Arguments.of(
                        "a replica; the lower limit may not arrive",
                        700,
                        false,
                        replica.withGpuLimitWatts(400.0),
                        replica.withGpuLimitWatts(400.0),
                        35),
                raise("a clock: 2800 - 1200 W", ServiceAction.clock("chat", 1980, false), 80),
                raise("sequences: 2800 - 1200 W", ServiceAction.concurrency("chat", 200), 80),
                raise("admission: 2800 - 1200 W", admission, 80),
                Arguments.of(
                        "limits and admission: 4 x 475 - 1200 W",
                        400,
                        false,
                        admission.withGpuLimitWatts(700.0),
                        admission.withGpuLimitWatts(475.0),
                        35),
                Arguments.of(
                        "growth by two replicas",
                        700,
                        true,
                        ServiceAction.growth("chat", false),
                        ServiceAction.growth("chat", false),
                        70));
    }

    private static Arguments raise(String what, ServiceAction wish, int seconds) {
        return Arguments.of(what, 700, false, wish, wish, seconds);
    }

    /** 75 W on four boards are 300 W, though the worst case of a replica is the 600 W of its start before and after. */
    @Test
    void countsWhatALimitAddsToPodsThatServeWhereTheirStartIsTheWorstCase() {
        SimulatedService chat = chat(4, PowerReading.fresh(1200, 0));
        chat.gpuLimitWatts = 400;
        chat.startingWatts = 600;
        CapController<Stateless> controller = always(RAMP, ServiceAction.gpuLimit("chat", 475));
        assertThat(controller
                        .step(fillingSinceZero(null), observe(14, 9000, NO_METER, chat))
                        .decision())
                .returns("raise-held", Decision::code);
        assertThat(controller
                        .step(fillingSinceZero(null), observe(15, 9000, NO_METER, chat))
                        .decision()
                        .actions())
                .containsExactly(ServiceAction.gpuLimit("chat", 475));
    }

    /** The ramp has filled since 0 s, and this service is waited for. */
    private static CapController.State<Stateless> fillingSinceZero(@Nullable String waiting) {
        return new CapController.State<>(
                Stateless.STATE, null, Map.of(), 1, new CapController.Pace(0, waiting, null, 0));
    }

    /** Without a reading the four pods may add all of their 2800 W. */
    @Test
    void countsTheWholeWorstCaseWhereNoReadingSaysHowMuchIsDrawn() {
        ServiceAction raise = ServiceAction.concurrency("chat", 200);
        CapController<Stateless> controller = new CapController<>(
                new CapControllerTest.Always(List.of(raise), CappingPolicy.Senses.NOTHING), RAMP, 1);
        SimulatedService chat = gated(true, PowerReading.absent());
        assertThat(controller
                        .step(fillingSinceZero(null), observe(139, 9000, NO_METER, chat))
                        .decision())
                .returns("raise-held", Decision::code);
        assertThat(controller
                        .step(fillingSinceZero(null), observe(140, 9000, NO_METER, chat))
                        .decision()
                        .actions())
                .containsExactly(raise);
    }

    /** Limits of three services by 60 W, which take 3 s of the ramp each; a replica, which takes 35 s. */
    private static SimulatedService[] threeSmallAndALargeRaise() {
        SimulatedService[] services = new SimulatedService[4];
        for (int i = 0; i < services.length; i++) {
            services[i] = SimulatedService.of(i < 3 ? "small-" + i : "large", 1, 300);
            services[i].ceiling = 1;
            services[i].gpuLimitWatts = i < 3 ? 640 : 700;
        }
        return services;
    }

    private static final ServiceAction[] SMALL_AND_LARGE = {
        ServiceAction.gpuLimit("small-0", 700),
        ServiceAction.gpuLimit("small-1", 700),
        ServiceAction.gpuLimit("small-2", 700),
        ServiceAction.ceiling("large", 2)
    };

    @Test
    void letsNoOtherPassWhileTheRampIsWaitedFor() {
        CapController<Stateless> controller = always(RAMP, SMALL_AND_LARGE);
        assertThat(controller
                        .step(fillingSinceZero("large"), observe(34, 9000, NO_METER, threeSmallAndALargeRaise()))
                        .decision()
                        .actions())
                .isEmpty();
        assertThat(controller
                        .step(fillingSinceZero("large"), observe(35, 9000, NO_METER, threeSmallAndALargeRaise()))
                        .decision()
                        .actions())
                .containsExactly(ServiceAction.ceiling("large", 2));
        // Who does not want to rise any more is not waited for.
        assertThat(always(RAMP, ServiceAction.gpuLimit("small-0", 700))
                        .step(fillingSinceZero("large"), observe(3, 9000, NO_METER, threeSmallAndALargeRaise()))
                        .decision()
                        .actions())
                .containsExactly(ServiceAction.gpuLimit("small-0", 700));
    }

    /** The small ones want again after each raise, and would leave no more than 15 s of the ramp together. */
    @Test
    void doesNotStarveALargeRaiseForManySmallOnes() {
        for (int seed = 0; seed < 20; seed++) {
            CapController<Stateless> controller = new CapController<>(
                    new CapControllerTest.Always(List.of(SMALL_AND_LARGE), CappingPolicy.Senses.NOTHING), RAMP, seed);
            CapController.State<Stateless> state = controller.initialState();
            int raised = 0;
            for (int second = 0; second <= 600; second += 5) {
                Step<CapController.State<Stateless>> step =
                        controller.step(state, observe(second, 9000, NO_METER, threeSmallAndALargeRaise()));
                state = step.state();
                raised += step.decision().actions().contains(ServiceAction.ceiling("large", 2)) ? 1 : 0;
            }
            assertThat(raised).as("seed %d", seed).isGreaterThanOrEqualTo(4);
        }
    }

    /** Both want up to 20 replicas; what fits one service every 15 s alone goes to either of the two every 60 s. */
    @Test
    void holdsTheCeilingOfASecondServiceForTheStaggerTime() {
        SimulatedService chat = chat(1, PowerReading.absent());
        SimulatedService code = SimulatedService.of("code", 1, 0);
        code.ceiling = 1;
        CapController<Stateless> controller =
                new CapController<>(new StaticFloorPolicy(0), rails(Double.POSITIVE_INFINITY, 60), 1);
        CapController.State<Stateless> state = controller.initialState();
        for (int second = 0; second < 600; second += 5) {
            Step<CapController.State<Stateless>> step =
                    controller.step(state, observe(second, 100_000, NO_METER, chat, code));
            state = step.state();
            chat.apply(step.decision());
            code.apply(step.decision());
            assertThat(chat.ceiling + code.ceiling).as("after %d s", second).isEqualTo(3 + second / 60);
        }
        assertThat(chat.ceiling).isGreaterThan(1);
        assertThat(code.ceiling).isGreaterThan(1);
    }

    @Test
    void letsAServiceGoOnWithinTheStaggerTimeWhileNoOtherWaits() {
        SimulatedService chat = chat(3, PowerReading.absent());
        SimulatedService code = SimulatedService.of("code", 1, 0);
        code.ceiling = 1;
        code.originalCeiling = 1;
        CapController<Stateless> controller =
                new CapController<>(new StaticFloorPolicy(0), rails(Double.POSITIVE_INFINITY, 60), 1);
        CapController.State<Stateless> state = controller.initialState();
        for (int second = 0; second < 60; second += 5) {
            Step<CapController.State<Stateless>> step =
                    controller.step(state, observe(second, 100_000, NO_METER, chat, code));
            state = step.state();
            chat.apply(step.decision());
            assertThat(chat.ceiling).as("after %d s", second).isEqualTo(4 + second / 15);
        }
    }

    /** Of four services two rise in a step; staggered, the second one without its ceiling. */
    @Test
    void staggersCeilingsAndNothingElse() {
        List<ServiceAction> wishes = new ArrayList<>();
        SimulatedService[] services = new SimulatedService[4];
        for (int i = 0; i < services.length; i++) {
            services[i] = SimulatedService.of("s" + i, 1, 300);
            services[i].ceiling = 1;
            services[i].gpuLimitWatts = 300;
            wishes.add(ServiceAction.ceiling("s" + i, 2).withGpuLimitWatts(700.0));
        }
        List<ServiceAction> actions = firstDecision(
                        always(rails(Double.POSITIVE_INFINITY, 1), wishes.toArray(ServiceAction[]::new)),
                        observe(0, 9000, NO_METER, services))
                .actions();
        assertThat(actions).hasSize(2).extracting(ServiceAction::gpuLimitWatts).containsOnly(700.0);
        assertThat(actions).extracting(ServiceAction::replicaCeiling).containsExactlyInAnyOrder(2, null);
    }

    /** Who is held by the stagger time alone has not had its turn: four services rise in four seconds. */
    @Test
    void raisesAHeldCeilingAsSoonAsTheStaggerTimeIsOver() {
        SimulatedService[] services = new SimulatedService[4];
        for (int i = 0; i < services.length; i++) {
            services[i] = SimulatedService.of("s" + i, 1, 0);
            services[i].ceiling = 1;
        }
        CapController<Stateless> controller =
                new CapController<>(new StaticFloorPolicy(0), rails(Double.POSITIVE_INFINITY, 1), 1);
        CapController.State<Stateless> state = controller.initialState();
        Set<String> raised = new HashSet<>();
        for (int second = 0; second < 4; second++) {
            Step<CapController.State<Stateless>> step =
                    controller.step(state, observe(second, 100_000, NO_METER, services));
            state = step.state();
            assertThat(step.decision().actions()).hasSize(1);
            raised.add(step.decision().actions().get(0).service());
        }
        assertThat(raised).hasSize(4);
    }
}
