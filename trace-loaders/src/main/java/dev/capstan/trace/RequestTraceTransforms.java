package dev.capstan.trace;

import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.stream.Collectors;

/** Makes request traces from others. Each result tells in its origin what was done to what. */
public final class RequestTraceTransforms {

    /** Copies are shifted by at most this much: past the burst of one client, short against the swing of a day. */
    private static final long LARGEST_SHIFT_NANOS = 30_000_000_000L;

    private static final double MOST_REQUESTS = 5e8;

    private static final int MOST_TEXTS_SHOWN = 16;

    private RequestTraceTransforms() {}

    /**
     * Scales the load. The whole part of the factor superposes copies, the first as it is, each other one shifted by up
     * to 30 s either way so that bursts do not coincide to the nanosecond; what leaves one end of the trace comes in at
     * the other. The fraction is one more copy, thinned at random. A factor below 1 thins the trace itself. Labels and
     * prefix blocks go with their requests: copies share sessions and prefixes, so that prefix caches do better than they
     * would under more users.
     *
     * @param factor above 0
     * @param seed of shifts and thinning
     */
    public static RequestTrace scale(RequestTrace trace, double factor, long seed) {
        if (!(factor > 0) || factor * trace.size() > MOST_REQUESTS) {
            throw new IllegalArgumentException(
                    "factor must be above 0 and give at most " + (long) MOST_REQUESTS + " requests, was " + factor);
        }
        RandomStream shifts = RandomStream.named(seed, "scale.shifts");
        RandomStream thinning = RandomStream.named(seed, "scale.thinning");
        int whole = (int) factor;
        double fraction = factor - whole;
        int copies = whole + (fraction > 0 ? 1 : 0);
        PriorityQueue<Copy> queue = new PriorityQueue<>(Copy.BY_TIME);
        for (int i = 0; i < copies && trace.size() > 0; i++) {
            long shift = i == 0 ? 0 : Math.round((2 * shifts.nextDouble() - 1) * LARGEST_SHIFT_NANOS);
            queue.add(new Copy(trace, i, shift));
        }
        RequestSelection selection = new RequestSelection(trace);
        while (!queue.isEmpty()) {
            Copy next = queue.remove();
            if (next.number < whole || thinning.nextDouble() < fraction) {
                selection.add(next.request, next.arrival);
            }
            if (next.advance()) {
                queue.add(next);
            }
        }
        return selection.trace(trace.start(), derived("scaled: factor=" + factor + ", seed=" + seed, trace.origin()));
    }

    /**
     * Cuts out the requests from {@code fromNanos} to below {@code fromNanos + durationNanos} and lets the cut begin at
     * nanosecond 0.
     */
    public static RequestTrace window(RequestTrace trace, long fromNanos, long durationNanos) {
        if (fromNanos < 0 || durationNanos <= 0 || fromNanos > trace.spanNanos()) {
            throw new IllegalArgumentException("the trace covers 0s to " + Quantity.formatDuration(trace.spanNanos())
                    + ", asked for " + Quantity.formatDuration(durationNanos) + " from "
                    + Quantity.formatDuration(fromNanos));
        }
        RequestSelection selection = new RequestSelection(trace);
        for (int i = 0; i < trace.size(); i++) {
            long arrival = trace.arrivalNanos()[i] - fromNanos;
            if (arrival >= 0 && arrival < durationNanos) {
                selection.add(i, arrival);
            }
        }
        String recipe = "window: from=" + Quantity.formatDuration(fromNanos) + ", duration="
                + Quantity.formatDuration(durationNanos);
        return selection.trace(trace.start().map(start -> start.plusNanos(fromNanos)), derived(recipe, trace.origin()));
    }

    /**
     * Picks out requests by what they are labelled with; they arrive when they did.
     *
     * @param texts for each label the texts of which a request must carry one
     * @throws IllegalArgumentException if the trace has no such label, or no request carries what is asked for
     */
    public static RequestTrace select(RequestTrace trace, Map<RequestLabel, List<String>> texts) {
        Map<RequestLabel, List<String>> wanted = new EnumMap<>(RequestLabel.class);
        wanted.putAll(texts);
        wanted.forEach((label, any) -> requireTexts(trace, label, any));
        RequestSelection selection = new RequestSelection(trace);
        int selected = 0;
        for (int i = 0; i < trace.size(); i++) {
            if (carries(trace, i, wanted)) {
                selection.add(i, trace.arrivalNanos()[i]);
                selected++;
            }
        }
        String recipe = wanted.entrySet().stream()
                .map(entry -> entry.getKey().column() + "=" + String.join("|", entry.getValue()))
                .collect(Collectors.joining(", ", "selected: ", ""));
        if (selected == 0) {
            throw new IllegalArgumentException("no request carries all of " + recipe + ". Maybe select by one label.");
        }
        return selection.trace(trace.start(), derived(recipe, trace.origin()));
    }

    private static void requireTexts(RequestTrace trace, RequestLabel label, List<String> texts) {
        LabelColumn column = trace.labels().get(label);
        if (column == null) {
            throw new IllegalArgumentException("the requests have no label " + label.column() + ". Labels here: "
                    + trace.labels().keySet().stream().map(RequestLabel::column).collect(Collectors.joining(", "))
                    + ". Maybe select by one of them.");
        }
        for (String text : texts) {
            if (!column.dictionary().contains(text)) {
                throw new IllegalArgumentException("no request is of " + label.column() + " '"
                        + ByteLines.printable(text) + "'. Maybe "
                        + column.dictionary().stream()
                                .limit(MOST_TEXTS_SHOWN)
                                .map(ByteLines::printable)
                                .collect(Collectors.joining(", "))
                        + (column.dictionary().size() > MOST_TEXTS_SHOWN ? ", ..." : "") + ".");
            }
        }
    }

    private static boolean carries(RequestTrace trace, int request, Map<RequestLabel, List<String>> texts) {
        for (Map.Entry<RequestLabel, LabelColumn> entry : trace.labels().entrySet()) {
            List<String> any = texts.get(entry.getKey());
            String text = entry.getValue().text(request);
            if (any != null && (text == null || !any.contains(text))) {
                return false;
            }
        }
        return true;
    }

    /**
     * Notes each request at the last multiple of {@code gridNanos} at or before its arrival, as sources do that log in
     * batches.
     */
    public static RequestTrace clump(RequestTrace trace, long gridNanos) {
        requireGrid(gridNanos);
        RequestSelection selection = new RequestSelection(trace);
        for (int i = 0; i < trace.size(); i++) {
            long arrival = trace.arrivalNanos()[i];
            selection.add(i, arrival - arrival % gridNanos);
        }
        String recipe = "clumped: grid=" + Quantity.formatDuration(gridNanos);
        return selection.trace(trace.start(), derived(recipe, trace.origin()));
    }

    /**
     * Spreads clumps over their grid: requests that stand exactly on a multiple of {@code gridNanos} move to times drawn
     * uniformly from there to the next one, and keep their order; those that stand elsewhere stay. Mooncake's
     * conversation trace needs it, at 3 s, before anything that looks at seconds means something.
     *
     * @param gridNanos above 0
     * @param seed of the new times
     */
    public static RequestTrace spread(RequestTrace trace, long gridNanos, long seed) {
        requireGrid(gridNanos);
        RandomStream random = RandomStream.named(seed, "spread.times");
        long[] arrivals = trace.arrivalNanos();
        RequestSelection selection = new RequestSelection(trace);
        int next = 0;
        while (next < arrivals.length) {
            long cell = arrivals[next] - arrivals[next] % gridNanos;
            int clumpEnd = firstAfter(arrivals, next, cell);
            int cellEnd = firstAfter(arrivals, clumpEnd, cell + gridNanos - 1);
            long[] moved = new long[clumpEnd - next];
            for (int i = 0; i < moved.length; i++) {
                moved[i] = cell + Math.min((long) (random.nextDouble() * gridNanos), gridNanos - 1);
            }
            Arrays.sort(moved);
            int other = clumpEnd;
            for (int i = 0; i < moved.length; i++) {
                while (other < cellEnd && arrivals[other] < moved[i]) {
                    selection.add(other, arrivals[other]);
                    other++;
                }
                selection.add(next + i, moved[i]);
            }
            for (; other < cellEnd; other++) {
                selection.add(other, arrivals[other]);
            }
            next = cellEnd;
        }
        String recipe = "spread: grid=" + Quantity.formatDuration(gridNanos) + ", seed=" + seed;
        return selection.trace(trace.start(), derived(recipe, trace.origin()));
    }

    /** The requests of one service, for {@link #merge}. */
    public record Service(String name, RequestTrace trace) {

        /** @throws IllegalArgumentException for a blank name */
        public Service {
            if (name.isBlank()) {
                throw new IllegalArgumentException("a service to merge needs a name");
            }
        }
    }

    /**
     * Lays the traces of several services over each other, nanosecond 0 on nanosecond 0, and labels each request with its
     * service; at equal times the service named first comes first. Other labels and prefix blocks are kept. Hashes of
     * different services are made different, because services share no prefix cache.
     *
     * @param services at least one; one name may come more than once
     * @return a trace with a wall-clock start only if all parts have the same
     * @throws IllegalArgumentException for no services, or prefix blocks of different sizes
     */
    public static RequestTrace merge(List<Service> services) {
        return new ServiceMerge(services).trace();
    }

    private static int firstAfter(long[] arrivals, int from, long nanos) {
        int index = from;
        while (index < arrivals.length && arrivals[index] <= nanos) {
            index++;
        }
        return index;
    }

    private static void requireGrid(long gridNanos) {
        if (gridNanos <= 0) {
            throw new IllegalArgumentException("a grid must be wider than 0 ns, was " + gridNanos + " ns");
        }
    }

    private static TraceOrigin derived(String recipe, TraceOrigin from) {
        return TraceOrigin.ofRecipe(
                recipe + ", of " + from.named(), Sha256.of(recipe + ", of " + from.sha256()), from.licence());
    }

    /** One copy of the trace, turned around its span, on its way through its requests in order of time. */
    private static final class Copy {

        static final Comparator<Copy> BY_TIME =
                Comparator.<Copy>comparingLong(copy -> copy.arrival).thenComparingInt(copy -> copy.number);

        private final long[] arrivals;
        private final int number;
        private final long turn;
        private final long shift;
        private final int first;
        private int request;
        private long arrival;

        Copy(RequestTrace trace, int number, long shift) {
            this.arrivals = trace.arrivalNanos();
            this.number = number;
            this.turn = trace.spanNanos() + 1;
            this.shift = Math.floorMod(shift, turn);
            this.first = firstAtOrAfter(turn - this.shift);
            moveTo(first);
        }

        /** Goes to the next request in time; false after the last. */
        boolean advance() {
            int next = request + 1 == arrivals.length ? 0 : request + 1;
            if (next == first) {
                return false;
            }
            moveTo(next);
            return true;
        }

        private void moveTo(int index) {
            request = index;
            arrival = (arrivals[index] + shift) % turn;
        }

        /** The request that wraps around to the earliest time. */
        private int firstAtOrAfter(long nanos) {
            int index = 0;
            while (index < arrivals.length && arrivals[index] < nanos) {
                index++;
            }
            return index == arrivals.length ? 0 : index;
        }
    }
}
