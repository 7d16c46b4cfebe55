package dev.capstan.sim.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.capstan.sim.serving.RequestLog.Outcome;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.RequestTrace;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;

class AdmissionTest {

    @Example
    void refusesEachSecondRequestAtAHalf() {
        assertThat(first(8, 0.5)).isEqualTo("+-+-+-+-");
    }

    /** Rounded: of n requests 0.25 n. The halves at 2, 6 and 10 are rounded up. */
    @Example
    void admitsTheRoundedShareOfTheFirstRequests() {
        assertThat(first(12, 0.25)).isEqualTo("-+---+---+--");
        assertThat(first(6, 1)).isEqualTo("++++++");
        assertThat(first(6, 0)).isEqualTo("------");
    }

    @Property(tries = 200)
    void isNeverMoreThanHalfARequestOff(@ForAll @DoubleRange(min = 0, max = 1) double share) {
        Admission admission = new Admission();
        admission.share(share);
        int admitted = 0;
        for (int n = 1; n <= 1000; n++) {
            admitted += admission.admitsNext() ? 1 : 0;
            assertThat((double) admitted).isEqualTo(share * n, within(0.5 + 1e-9));
        }
    }

    /** However often the share changes, even before each request. */
    @Property(tries = 200)
    void owesNothingWhenTheShareChanges(@ForAll long seed) {
        RandomStream random = RandomStream.named(seed, "shares");
        Admission admission = new Admission();
        double due = 0;
        int admitted = 0;
        for (int n = 1; n <= 1000; n++) {
            double share = random.nextInt(11) / 10.0;
            admission.share(share);
            due += share;
            admitted += admission.admitsNext() ? 1 : 0;
            assertThat((double) admitted).isEqualTo(due, within(0.5 + 1e-9));
        }
    }

    /**
     * Twelve requests of two steps of 1 us, 10 us apart; from 55 us on each third is admitted: 0.5 + n / 3 passes 1 with the
     * second, fifth and eighth of them; the eighth never comes.
     */
    @Example
    void aServiceTurnsAwayWhatItDoesNotAdmitAndServesTheRestAsBefore() {
        long[] arrivals = new long[12];
        int[] inputs = new int[12];
        int[] outputs = new int[12];
        for (int i = 0; i < 12; i++) {
            arrivals[i] = 10_000L * i;
            outputs[i] = 2;
        }
        RequestTrace trace = ServingRig.trace(arrivals, inputs, outputs);
        ServingRig rig = new ServingRig(ServingRig.decodeOnly(1_000, 0, 10), 1, 0, trace);
        rig.service.deployment().begin(1);
        rig.kernel.checkAfterEvents(rig.service::check);
        rig.kernel.runUntil(55_000);
        rig.service.admit(1 / 3.0);
        rig.kernel.runUntil(1_000_000);

        RequestLog log = rig.service.log();
        for (int request = 0; request < 12; request++) {
            boolean served = request < 6 || request == 7 || request == 10;
            assertThat(log.outcome(request)).isEqualTo(served ? Outcome.COMPLETED : Outcome.REFUSED);
            if (served) {
                assertThat(log.e2eNanos(request)).isEqualTo(2_000);
            }
        }
        assertThat(log.count(Outcome.REFUSED)).isEqualTo(4);
        assertThat(rig.service.outputTokens()).isEqualTo(16);
        assertThat(rig.service.admissionShare()).isEqualTo(1 / 3.0);
    }

    private static String first(int requests, double share) {
        Admission admission = new Admission();
        admission.share(share);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < requests; i++) {
            text.append(admission.admitsNext() ? '+' : '-');
        }
        return text.toString();
    }
}
