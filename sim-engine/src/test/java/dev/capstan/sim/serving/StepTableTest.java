package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.cluster.Servers;
import dev.capstan.sim.power.PowerDomains;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Times and watts of steps, against the published laws and numbers worked out by hand. A watt of a GPU is one at the wall. */
class StepTableTest {

    private static final double MILLI = 1e6;

    private final Servers servers = new Servers(
            new int[] {1},
            8,
            0,
            1,
            0,
            new PowerDomains(
                    List.of(new PowerDomains.Domain(
                            "root", -1, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY, Double.POSITIVE_INFINITY)),
                    1));

    /** T(b, s) = 4.38 + 0.0377 b + 3.04e-5 b s ms: 100 sequences of 2000 tokens take 4.38 + 3.77 + 6.08. */
    @Test
    void readsTheContextOfEverySequence() {
        StepTable table = unlimited("llama-3.1-8b-fp8-h200");
        assertThat(table.decodeNanos(100, 200_000)).isEqualTo(14_230_000);
        assertThat(table.decodeNanos(1, 13_585)).isEqualTo(Math.round((4.38 + 0.0377 + 3.04e-5 * 13_585) * MILLI));
    }

    /** 15.74 + 0.1035 * 128 ms, and 1671 + 0.1328 * 128 / (16.47 + 0.1352 * 128 ms) W: S-MLE3. */
    @Test
    void givesTheMeasuredStepAtTheContextOfTheWorkload() {
        StepTable table = unlimited("llama-3.1-70b-h100x4");
        long workloadContext = workloadContext();
        assertThat(table.decodeNanos(128, workloadContext)).isEqualTo(28_988_000);
        assertThat(table.decodeActiveMicrowatts(128, workloadContext) * 1e-6)
                .isEqualTo(1671 + 0.1328 * 128 / 0.0337756, within(0.01));
    }

    /** Ever longer contexts lead to nothing but memory reads, which draw what weights drew: the fixed part, 1671 W. */
    @Test
    void drawsLessWhileItOnlyReadsCache() {
        StepTable table = unlimited("llama-3.1-70b-h100x4");
        long workloadContext = workloadContext();
        long short0 = table.decodeActiveMicrowatts(128, workloadContext);
        long long0 = table.decodeActiveMicrowatts(128, 10 * workloadContext);
        assertThat(long0).isLessThan(short0);
        assertThat(table.decodeActiveMicrowatts(128, 1_000_000_000L) * 1e-6).isEqualTo(1671, within(1.0));
    }

    /**
     * 64 sequences of 4000 tokens, 256,000 together, take 4.682 + 64 * (0.03845 - 0.02888) + 256,000 * 28.88e-6 = 12.68776 ms.
     * They draw 446.4 W, 64 * (0.01976 - 0.00592) J and 256,000 * 5.92e-6 J a step.
     */
    @Test
    void drawsTheEnergyOfEveryTokenOfContextThatItReads() {
        StepTable table = unlimited("llama-3.1-8b-h200");
        assertThat(table.decodeNanos(64, 256_000)).isEqualTo(12_687_760L);
        assertThat(table.decodeActiveMicrowatts(64, 256_000) * 1e-6)
                .isEqualTo(446.4 + (64 * 0.01384 + 1.51552) / 0.01268776, within(0.01));
    }

    /** 2.664 ms of a prompt's work hide behind the weights, in each step anew: 100 tokens, 2.03 ms, take nothing more. */
    @Test
    void hidesAsMuchOfPromptsAsOverlapsWithReadingWeights() {
        StepTable table = unlimited("llama-3.1-8b-h200");
        assertThat(table.mixedNanos(0, 0, 100, 10_000, 0)).isEqualTo(4_682_000L);
        double work = 20.3e-3 * 1024 + 0.4206e-6 * 1024 * 1024 - 2.664;
        // Reading weights leaves 700 - 450.586 W for 4.682 ms, enough for 5.56 ms at 910 W. For the rest the clock is
        // down:
        // (700 - 121) W of (910 - 121) W are left at 0.732^(1/1.3) of it, kappa 0.35.
        double escaped = 4.682 * (700 - 450.586) / 210;
        double clock = Math.pow(579 / 789.0, 1 / 1.3);
        assertThat((double) table.mixedNanos(0, 0, 1024, 1024L * 1024, 0))
                .isEqualTo((4.682 + escaped + (work - escaped) * (0.65 + 0.35 / clock)) * MILLI, within(1_000.0));
    }

    /** S-DYN: a prompt of 8236 tokens has its first token after 171.0 ms, one of 16372 after 375.5; the fit is 2.6 % off. */
    @Test
    void takesAsLongForAPromptInChunksAsInOneStep() {
        StepTable table = unlimited("llama-3.1-8b-fp8-h200");
        double overhead = 14.17 * MILLI;
        double whole = table.mixedNanos(0, 0, 8236, StepTable.promptPairs(0, 8236), 0);
        assertThat(whole + overhead).isEqualTo(171.0 * MILLI, within(0.026 * 171.0 * MILLI));
        double long0 = table.mixedNanos(0, 0, 16_372, StepTable.promptPairs(0, 16_372), 0);
        assertThat(long0 + overhead).isEqualTo(375.5 * MILLI, within(0.026 * 375.5 * MILLI));

        long alone = table.decodeNanos(0, 0);
        long chunks = 0;
        for (int before = 0; before < 8236; before += 512) {
            int taken = Math.min(512, 8236 - before);
            chunks += table.mixedNanos(0, 0, taken, StepTable.promptPairs(before, taken), 0) - alone;
        }
        assertThat((double) chunks).isEqualTo(whole - alone, within(20.0));
    }

    /**
     * Idle 100 W, decode 500 W at a board limit of 500 W; gamma 2 down to a knee of 0.75, 1 below. 356 W leave 0.64 of the
     * dynamic power: clock 0.8. 250 W leave 0.375: below 0.75^2 the clock is 0.75 * 0.375/0.5625 = 0.5.
     */
    @Test
    void lowersTheClockUntilTheDrawFits() {
        ModelProfile model = boards(500, 0);
        StepTable table = new StepTable(model, 356, 1, 1, servers);
        assertThat(table.decodeNanos(1, 0)).isEqualTo(Math.round(10 * MILLI * (0.5 + 0.5 / 0.8)));
        assertThat(table.decodeActiveMicrowatts(1, 0)).isEqualTo(356_000_000);
        table = new StepTable(model, 250, 1, 1, servers);
        assertThat(table.decodeNanos(1, 0)).isEqualTo(Math.round(10 * MILLI * (0.5 + 0.5 / 0.5)));
        assertThat(table.decodeActiveMicrowatts(1, 0)).isEqualTo(250_000_000);
    }

    @Test
    void drawsTheSameAtALockedClock() {
        StepTable table = new StepTable(boards(500, 500), 500, 0.8, 1, servers);
        assertThat(table.decodeNanos(1, 0)).isEqualTo(Math.round(10 * MILLI * (0.5 + 0.5 / 0.8)));
        assertThat(table.decodeActiveMicrowatts(1, 0) * 1e-6).isEqualTo(356, within(1e-6));
        // Nothing escapes a locked clock: 100 ms of prefill take 0.1 + 0.9/0.8 times as long at the same 356 W.
        assertThat(table.mixedNanos(1, 0, 100_000, 0, 0) - table.decodeNanos(1, 0))
                .isEqualTo(Math.round(100 * MILLI * 1.225));
        assertThat(table.mixedActiveMicrowatts(1, 0, 100_000, 0, 0) * 1e-6).isEqualTo(356, within(1e-6));
    }

    /**
     * Decode at 300 W fits under 356 W, so prefill at 500 W begins at full clock. It may draw 0.5 s (500 - 356 W) = 72 J over the
     * limit: 100 ms of it escape whole. With 7.2 J left, and 10 ms (356 - 300 W) = 0.56 J that the decode part of the step
     * makes good, 7.76 J / 144 W = 53.9 ms escape; the other 46.1 ms take 1.225 times as long at 356 W.
     */
    @Test
    void letsABurstEscapeALimitUntilItsAllowanceIsSpent() {
        StepTable table = new StepTable(boards(300, 500), 356, 1, 1, servers);
        long full = 72_000_000_000_000L;
        assertThat(table.mostAllowancePicojoules()).isEqualTo(full);
        assertThat(table.mixedNanos(1, 0, 100_000, 0, full)).isEqualTo(110_000_000L);
        assertThat(table.allowanceAfter(1, 0, 100_000, 0, full)).isEqualTo(full - 14_400_000_000_000L);

        double escaped = 7.76 / 0.144;
        double held = (100 - escaped) * 1.225;
        long left = 7_200_000_000_000L;
        long nanos = table.mixedNanos(1, 0, 100_000, 0, left);
        assertThat(nanos / MILLI).isEqualTo(10 + escaped + held, within(1e-5));
        double joules = table.mixedActiveMicrowatts(1, 0, 100_000, 0, left) * 1e-6 * nanos * 1e-9;
        assertThat(joules).isEqualTo(0.3 * 10 + 0.5 * escaped + 0.356 * held, within(1e-6));
        assertThat(table.allowanceAfter(1, 0, 100_000, 0, left)).isZero();
    }

    /** However long prompts go on, all that the steps draw over the limit is the allowance that was there: 72 J. */
    @Test
    void holdsTheMeanOfALongBurstToTheLimit() {
        StepTable table = new StepTable(boards(300, 500), 356, 1, 1, servers);
        double over = 0;
        long allowance = table.mostAllowancePicojoules();
        for (int step = 0; step < 100; step++) {
            long nanos = table.mixedNanos(1, 0, 100_000, 0, allowance);
            double watts = table.mixedActiveMicrowatts(1, 0, 100_000, 0, allowance) * 1e-6;
            over += (watts - 356) * nanos * 1e-9;
            allowance = table.allowanceAfter(1, 0, 100_000, 0, allowance);
        }
        assertThat(allowance).isZero();
        // What the decode part of the first step leaves over finds the allowance full.
        assertThat(over).isEqualTo(72 - 0.01 * (356 - 300), within(1e-4));
    }

    /** 56 W under the limit fill 72 J in 1.286 s; without a step 256 W in 0.281 s. */
    @Test
    void fillsTheAllowanceWhileItDrawsLessThanTheLimit() {
        StepTable table = new StepTable(boards(300, 500), 356, 1, 1, servers);
        assertThat(table.spareMilliwatts(1, 0)).isEqualTo(56_000);
        assertThat(table.idleSpareMilliwatts()).isEqualTo(256_000);
        assertThat(new StepTable(boards(300, 500), 500, 1, 1, servers).mostAllowancePicojoules())
                .isZero();
    }

    @Test
    void scalesTheDynamicPowerOfABoardThatIsHotterThanOthers() {
        StepTable table = new StepTable(boards(300, 0), 500, 1, 1.05, servers);
        assertThat(table.decodeActiveMicrowatts(1, 0) * 1e-6).isEqualTo(100 + 1.05 * 200, within(1e-6));
        assertThat(table.idleActiveMicrowatts()).isEqualTo(100_000_000);
    }

    private StepTable unlimited(String name) {
        ModelProfile model = ModelProfiles.find(name).orElseThrow();
        return new StepTable(model, model.tdpGpuWatts(), 1, 1, servers);
    }

    /** One board of 1000 MHz: steps of 10 ms at this draw, prompts of 1 us a token at 500 W; kappa 0.5 and 0.9. */
    static ModelProfile boards(double decodeWatts, double lagMs) {
        Basis basis = new Basis(Basis.Status.ASSUMED, "test", null, null, null, null);
        return new ModelProfile(
                "test",
                "test",
                null,
                "test",
                new Gpu("test", 1, 1, 1, 500, 100, 0, 100, 1000.0, Map.of()),
                1,
                new ModelProfile.Step(10.0, 0.0, null, null, basis),
                new ModelProfile.Context(0, 0, basis),
                new ModelProfile.Prefill(1, 0, null, null, 0, null, 1, basis),
                new ModelProfile.Power(decodeWatts, 0.0, null, null, null, null, null, basis),
                new ModelProfile.Idle(100, basis),
                new ModelProfile.Response(0.5, 0.5, 0.9, 2, 1, 0.75, lagMs, basis),
                new ModelProfile.Limits(4, 8192, 1_000_000, basis),
                new ModelProfile.Start(List.of(), basis));
    }

    /** Of 128 sequences of Llama-3.1-70B, as long as those that the profile was measured on. */
    private static long workloadContext() {
        ModelProfile model = ModelProfiles.find("llama-3.1-70b-h100x4").orElseThrow();
        return Math.round(128 * model.context().workloadTokens());
    }
}
