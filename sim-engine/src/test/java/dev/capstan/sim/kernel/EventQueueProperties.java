package dev.capstan.sim.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;

/** The heap against a list that is sorted anew for every event taken. */
class EventQueueProperties {

    /** A push of an event, or a pop where {@code pops}. */
    record Operation(boolean pops, long timeNanos, int priority) {}

    private record Event(long timeNanos, int priority, int sequence) {}

    @Property(tries = 300)
    void givesEventsByTimeThenPriorityThenOrderOfScheduling(@ForAll("operations") List<Operation> operations) {
        EventQueue queue = new EventQueue();
        List<Event> reference = new ArrayList<>();
        int pushed = 0;
        for (Operation operation : operations) {
            if (!operation.pops()) {
                reference.add(new Event(operation.timeNanos(), operation.priority(), pushed));
                queue.push(operation.timeNanos(), operation.priority(), pushed % 7, pushed);
                pushed++;
            } else if (!reference.isEmpty()) {
                popsTheFirst(queue, reference);
            }
            assertThat(queue.size()).isEqualTo(reference.size());
        }
        while (!reference.isEmpty()) {
            popsTheFirst(queue, reference);
        }
        assertThat(queue.topNanos()).isEqualTo(Long.MAX_VALUE);
    }

    private static void popsTheFirst(EventQueue queue, List<Event> reference) {
        reference.sort(Comparator.comparingLong(Event::timeNanos)
                .thenComparingInt(Event::priority)
                .thenComparingInt(Event::sequence));
        Event first = reference.remove(0);
        assertThat(queue.topNanos()).isEqualTo(first.timeNanos());
        assertThat(queue.topPriority()).isEqualTo(first.priority());
        assertThat(queue.topPayload()).isEqualTo(first.sequence());
        assertThat(queue.topHandler()).isEqualTo(first.sequence() % 7);
        queue.pop();
    }

    /** Few distinct times and priorities, so that most events tie; more than 64, so that the arrays grow. */
    @Provide
    Arbitrary<List<Operation>> operations() {
        Arbitrary<Long> times = Arbitraries.longs().between(0, 5);
        Arbitrary<Long> anyTimes = Arbitraries.longs().between(0, Long.MAX_VALUE - 1);
        Arbitrary<Integer> priorities = Arbitraries.integers().between(Priority.PLANT, Priority.RECORD);
        return Combinators.combine(
                        Arbitraries.frequency(Tuple.of(2, false), Tuple.of(1, true)),
                        Arbitraries.oneOf(times, anyTimes),
                        priorities)
                .as(Operation::new)
                .list()
                .ofMaxSize(300);
    }
}
