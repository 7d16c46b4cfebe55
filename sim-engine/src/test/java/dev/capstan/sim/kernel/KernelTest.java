package dev.capstan.sim.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class KernelTest {

    private final Kernel kernel = new Kernel();
    private final List<String> calls = new ArrayList<>();

    @Test
    void setsTheClockBeforeAHandlerIsCalled() {
        int handler = kernel.register(payload -> {
            assertThat(kernel.nowNanos()).isEqualTo(payload);
            calls.add("at " + payload);
        });
        for (long at : new long[] {700, 0, 300, 1}) {
            kernel.schedule(at, Priority.PLANT, handler, at);
        }

        kernel.runUntil(1000);

        assertThat(calls).containsExactly("at 0", "at 1", "at 300", "at 700");
        assertThat(kernel.nowNanos()).isEqualTo(1000);
        assertThat(kernel.handled()).isEqualTo(4);
    }

    @Test
    void handlesWhatIsDueAtTheEndAndKeepsWhatComesLater() {
        int handler = kernel.register(payload -> calls.add("at " + kernel.nowNanos()));
        kernel.schedule(10, Priority.PLANT, handler, 0);
        kernel.schedule(11, Priority.PLANT, handler, 0);

        kernel.runUntil(10);
        assertThat(calls).containsExactly("at 10");
        kernel.runUntil(20);

        assertThat(calls).containsExactly("at 10", "at 11");
    }

    @Test
    void handlesAnEventThatIsScheduledForThisVeryInstantAfterThoseOfItsPriority() {
        int late = kernel.register(payload -> calls.add("new " + payload));
        int early = kernel.register(payload -> {
            calls.add("old " + payload);
            kernel.schedule(5, Priority.PLANT, late, payload);
        });
        kernel.schedule(5, Priority.PLANT, early, 1);
        kernel.schedule(5, Priority.PLANT, early, 2);
        kernel.schedule(5, Priority.CONTROL, early, 3);

        kernel.runUntil(5);

        assertThat(calls).containsExactly("old 1", "old 2", "new 1", "new 2", "old 3", "new 3");
    }

    @Test
    void refusesToScheduleInThePast() {
        int handler = kernel.register(payload -> kernel.schedule(99, Priority.PLANT, 0, 0));
        kernel.schedule(100, Priority.PLANT, handler, 0);

        assertThatThrownBy(() -> kernel.runUntil(1000))
                .isInstanceOf(InvariantViolation.class)
                .hasMessage("invariant 1 violated at 100 ns: an event was scheduled for 99 ns, in the past");
    }

    @Test
    void mergesArrivalsAfterThePlantAndBeforeEverythingElseOfTheirInstant() {
        int handler = kernel.register(payload -> calls.add("priority " + payload + " at " + kernel.nowNanos()));
        kernel.addSource(arrivals("a", 10, 10, 30));
        kernel.addSource(arrivals("b", 5, 10));
        for (int priority : new int[] {Priority.RECORD, Priority.CAP, Priority.PLANT}) {
            kernel.schedule(10, priority, handler, priority);
        }

        kernel.runUntil(29);

        assertThat(calls)
                .containsExactly(
                        "b at 5",
                        "priority 0 at 10",
                        "a at 10",
                        "a at 10",
                        "b at 10",
                        "priority 2 at 10",
                        "priority 9 at 10");
        kernel.runUntil(30);
        assertThat(calls).endsWith("a at 30");
    }

    @Test
    void runsTheCheckAfterEveryEventAndArrival() {
        int handler = kernel.register(payload -> calls.add("event"));
        kernel.addSource(arrivals("a", 1, 3));
        kernel.schedule(2, Priority.PLANT, handler, 0);
        kernel.checkAfterEvents(() -> calls.add("check"));

        kernel.runUntil(10);

        assertThat(calls).containsExactly("a at 1", "check", "event", "check", "a at 3", "check");
    }

    private EventSource arrivals(String name, long... times) {
        return new EventSource() {
            private int next;

            @Override
            public long nextNanos() {
                return next == times.length ? Long.MAX_VALUE : times[next];
            }

            @Override
            public int priority() {
                return Priority.ARRIVAL;
            }

            @Override
            public void handleNext() {
                assertThat(kernel.nowNanos()).isEqualTo(times[next++]);
                calls.add(name + " at " + kernel.nowNanos());
            }
        };
    }
}
