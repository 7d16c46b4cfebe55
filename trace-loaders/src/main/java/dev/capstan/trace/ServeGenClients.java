package dev.capstan.trace;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.PriorityQueue;

/**
 * A set of clients as ServeGen publishes it (Xiang et al., 2025; github.com/alibaba/ServeGen): for each client and
 * window the rate, the coefficient of variation and the law of its intervals, and for some the distributions of tokens.
 * Makes request traces by laying the clients over each other, which keeps the bursts of the large ones.
 *
 * <p>Of a window its rate, variation and family count; the two fitted arguments of the files are not used, because for
 * Weibull they differ from the measured variation. Within each window a client is a stationary renewal process, so that
 * the expected number of requests is the rate times the length, however bursty. The share of reasoning tokens
 * ({@code reason_ratio}) is left aside: output tokens hold both. Windows in which the whole set is silent stay silent.
 */
public final class ServeGenClients {

    private static final String LICENCE = "Apache-2.0 (alibaba/ServeGen)";
    private static final double MOST_REQUESTS = 5e8;
    private static final double NANOS_PER_SECOND = 1e9;

    private final List<ServeGenClient> clients;
    /** All clients of the files: those that thinning took away still lend their lengths. */
    private final List<ServeGenClient> all;

    private final long endNanos;
    private final TraceOrigin origin;

    private ServeGenClients(List<ServeGenClient> clients, List<ServeGenClient> all, long endNanos, TraceOrigin origin) {
        this.clients = List.copyOf(clients);
        this.all = List.copyOf(all);
        this.endNanos = endNanos;
        this.origin = origin;
    }

    /**
     * Reads the folder of a service, such as {@code language/m-large}: {@code chunk-N-trace.csv} for each client, and
     * {@code chunk-N-dataset.json} where there is one.
     *
     * @throws TraceException where a file cannot be read, names the line, or the path within JSON
     */
    public static ServeGenClients read(Path folder) {
        ServeGenFiles files = new ServeGenFiles(folder);
        List<ServeGenClient> clients = files.clients();
        List<ServeGenClient.Window> first = clients.get(0).windows();
        for (ServeGenClient client : clients) {
            if (client.windows().size() != first.size()) {
                throw new TraceException(
                        folder.resolve("chunk-" + client.number() + "-trace.csv"),
                        "has " + client.windows().size() + " windows, that of the first client has " + first.size()
                                + ". Maybe it was cut short: fetch it again.");
            }
        }
        int last = first.size() - 1;
        long end = 2 * first.get(last).startNanos() - first.get(last - 1).startNanos();
        return new ServeGenClients(clients, clients, end, new TraceOrigin(folder.toString(), files.sha256(), LICENCE));
    }

    /** Number of clients. */
    public int size() {
        return clients.size();
    }

    /** Number of windows of each client. */
    public int windows() {
        return clients.get(0).windows().size();
    }

    /** End of the last window; the first begins at nanosecond 0, which has no date. */
    public long endNanos() {
        return endNanos;
    }

    /** Numbers of the clients that have token lengths of their own. */
    public List<Integer> clientsWithLengths() {
        return clients.stream()
                .filter(ServeGenClient::hasLengths)
                .map(ServeGenClient::number)
                .toList();
    }

    /** Mean rate of all clients together, over the whole span. */
    public double meanRequestsPerSecond() {
        return requests(0, endNanos) * NANOS_PER_SECOND / endNanos;
    }

    /** Where the set comes from, and how it was thinned. */
    public TraceOrigin origin() {
        return origin;
    }

    /** The rates of all clients together. */
    public RateProfile rates() {
        int size = windows();
        long[] starts = new long[size];
        double[] rates = new double[size];
        for (int i = 0; i < size; i++) {
            starts[i] = clients.get(0).windows().get(i).startNanos();
            for (ServeGenClient client : clients) {
                rates[i] += client.windows().get(i).rate();
            }
        }
        return new RateProfile(starts, rates, endNanos, origin);
    }

    /**
     * Takes clients, not requests, away until the mean rate is near the one asked for, so that those that stay are as
     * bursty as they were. Goes through the clients in an order drawn by the seed and keeps each one that brings the sum
     * closer to the target. The recipe tells the rate that was reached.
     *
     * @param requestsPerSecond above 0
     * @throws IllegalArgumentException if not even one client brings the sum closer
     */
    public ServeGenClients thinTo(double requestsPerSecond, long seed) {
        if (!(requestsPerSecond > 0)) {
            throw new IllegalArgumentException("the rate to thin to must be above 0, was " + requestsPerSecond);
        }
        List<ServeGenClient> order = new ArrayList<>(clients);
        RandomStream random = RandomStream.named(seed, "servegen.thinning");
        for (int i = order.size() - 1; i > 0; i--) {
            int other = random.nextInt(i + 1);
            ServeGenClient held = order.get(i);
            order.set(i, order.get(other));
            order.set(other, held);
        }
        List<ServeGenClient> kept = new ArrayList<>();
        double rate = 0;
        for (ServeGenClient client : order) {
            double own = requests(client, 0, endNanos) * NANOS_PER_SECOND / endNanos;
            if (own > 0 && Math.abs(rate + own - requestsPerSecond) < Math.abs(rate - requestsPerSecond)) {
                kept.add(client);
                rate += own;
            }
        }
        if (kept.isEmpty()) {
            throw new IllegalArgumentException(
                    "no client is as slow as " + requestsPerSecond + " requests/s. Maybe ask for more.");
        }
        kept.sort(Comparator.comparingInt(ServeGenClient::number));
        String recipe = "thinned to " + kept.size() + " of " + clients.size() + " clients: target=" + requestsPerSecond
                + " requests/s, reached=" + rate + " requests/s, seed=" + seed + ", of ";
        return new ServeGenClients(
                kept,
                all,
                endNanos,
                TraceOrigin.ofRecipe(recipe + origin.named(), Sha256.of(recipe + origin.sha256()), origin.licence()));
    }

    /**
     * Makes a trace. A client keeps its numbers whichever others are there.
     *
     * @param fromNanos time in the set that becomes nanosecond 0, at least 0
     * @param durationNanos above 0; the set must cover it
     * @param lengthsOfOthers tokens of the requests of clients that have no lengths at a time. If empty they borrow: each
     *     such request draws a client of the unthinned set among those that have lengths in the same period, or else in any,
     *     in proportion to their requests there
     * @param seed of all chance
     * @throws IllegalArgumentException for a span that the set does not cover, more than 500 million requests expected,
     *     or nothing to borrow from
     */
    public RequestTrace generate(
            long fromNanos, long durationNanos, Optional<TokenLengths> lengthsOfOthers, long seed) {
        if (fromNanos < 0 || durationNanos <= 0 || fromNanos > endNanos - durationNanos) {
            throw new IllegalArgumentException("the clients cover 0s to " + Quantity.formatDuration(endNanos)
                    + ", asked for " + Quantity.formatDuration(durationNanos) + " from "
                    + Quantity.formatDuration(fromNanos) + ". Maybe shorten the duration.");
        }
        double expected = requests(fromNanos, fromNanos + durationNanos);
        if (expected > MOST_REQUESTS) {
            throw new IllegalArgumentException("about " + Math.round(expected) + " requests would be made, at most "
                    + (long) MOST_REQUESTS + " are allowed. Maybe thin the set or shorten the duration.");
        }
        ServeGenLengths lengths = new ServeGenLengths(all, endNanos, lengthsOfOthers);
        PriorityQueue<ServeGenArrivals> queue = new PriorityQueue<>(ServeGenArrivals.BY_TIME);
        for (ServeGenClient client : clients) {
            ServeGenArrivals arrivals =
                    new ServeGenArrivals(client, fromNanos, fromNanos + durationNanos, endNanos, seed);
            if (arrivals.advance()) {
                queue.add(arrivals);
            }
        }
        RequestColumns columns = new RequestColumns();
        while (!queue.isEmpty()) {
            ServeGenArrivals next = queue.remove();
            ServeGenClient.Lengths own = lengths.of(next);
            columns.add(
                    next.nanos() - fromNanos, lengths.input(own, next.tokens()), lengths.output(own, next.tokens()));
            if (next.advance()) {
                queue.add(next);
            }
        }
        String recipe = "generated requests: ServeGen clients=" + origin.named() + ", from="
                + Quantity.formatDuration(fromNanos) + ", duration=" + Quantity.formatDuration(durationNanos) + ", "
                + clientsWithLengths().size() + " of " + clients.size() + " clients have token lengths, the others "
                + lengthsOfOthers
                        .map(table -> "draw from the table with sha256 "
                                + table.origin().sha256())
                        .orElse("borrow the mixture of all that have in the unthinned set, weighted by rate")
                + ", seed=" + seed;
        return columns.trace(Optional.empty(), TraceOrigin.ofRecipe(recipe, Sha256.of(recipe), origin.licence()));
    }

    private double requests(long fromNanos, long toNanos) {
        double requests = 0;
        for (ServeGenClient client : clients) {
            requests += requests(client, fromNanos, toNanos);
        }
        return requests;
    }

    private double requests(ServeGenClient client, long fromNanos, long toNanos) {
        return ServeGenLengths.requests(client, fromNanos, toNanos, endNanos);
    }
}
