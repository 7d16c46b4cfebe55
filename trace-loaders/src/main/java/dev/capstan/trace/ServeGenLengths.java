package dev.capstan.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Which lengths a request of a client has: its own, or borrowed ones. */
final class ServeGenLengths {

    private static final double NANOS_PER_SECOND = 1e9;

    private final TreeMap<Long, Mixture> mixtureOfPeriod = new TreeMap<>();
    private final Mixture whole = new Mixture();
    private final Optional<TokenLengths> table;

    ServeGenLengths(List<ServeGenClient> clients, long endNanos, Optional<TokenLengths> table) {
        this.table = table;
        TreeSet<Long> periods = new TreeSet<>();
        clients.forEach(client -> periods.addAll(client.lengths().keySet()));
        for (long period : periods) {
            Long next = periods.higher(period);
            Mixture mixture = new Mixture();
            for (ServeGenClient client : clients) {
                client.lengthsAt(period).ifPresent(lengths -> {
                    double weight = requests(client, period, next == null ? endNanos : next, endNanos);
                    mixture.add(lengths, weight);
                    whole.add(lengths, weight);
                });
            }
            mixtureOfPeriod.put(period, mixture);
        }
        if (table.isEmpty() && whole.isEmpty()) {
            throw new IllegalArgumentException("no client of the set has token lengths to borrow. Maybe give a table of"
                    + " token lengths for all of them.");
        }
    }

    /** The lengths of the present request; null for those of the table. */
    ServeGenClient.@Nullable Lengths of(ServeGenArrivals request) {
        Optional<ServeGenClient.Lengths> own = request.client().lengthsAt(request.nanos());
        if (own.isPresent()) {
            return own.get();
        }
        if (table.isPresent()) {
            return null;
        }
        var period = mixtureOfPeriod.floorEntry(request.nanos());
        Mixture mixture = period == null || period.getValue().isEmpty() ? whole : period.getValue();
        return mixture.draw(request.tokens());
    }

    int input(ServeGenClient.@Nullable Lengths lengths, RandomStream random) {
        double quantile = random.nextDouble();
        return lengths == null
                ? table.orElseThrow().inputTokens(quantile)
                : lengths.input().tokens(quantile);
    }

    /** At least 1, as every request of a trace. */
    int output(ServeGenClient.@Nullable Lengths lengths, RandomStream random) {
        double quantile = random.nextDouble();
        return lengths == null
                ? table.orElseThrow().outputTokens(quantile)
                : Math.max(1, lengths.output().tokens(quantile));
    }

    /** Expected requests of a client over a span. */
    static double requests(ServeGenClient client, long fromNanos, long toNanos, long endNanos) {
        double requests = 0;
        List<ServeGenClient.Window> windows = client.windows();
        for (int i = 0; i < windows.size(); i++) {
            long end = i + 1 < windows.size() ? windows.get(i + 1).startNanos() : endNanos;
            long overlap = Math.min(end, toNanos) - Math.max(windows.get(i).startNanos(), fromNanos);
            if (overlap > 0) {
                requests += windows.get(i).rate() * overlap / NANOS_PER_SECOND;
            }
        }
        return requests;
    }

    /** Distributions to draw from in proportion to their weights. */
    private static final class Mixture {

        private final List<ServeGenClient.Lengths> parts = new ArrayList<>();
        private final List<Double> cumulative = new ArrayList<>();
        private double sum;

        void add(ServeGenClient.Lengths part, double weight) {
            if (weight > 0) {
                sum += weight;
                parts.add(part);
                cumulative.add(sum);
            }
        }

        boolean isEmpty() {
            return parts.isEmpty();
        }

        ServeGenClient.Lengths draw(RandomStream random) {
            double sought = random.nextDouble() * sum;
            int index = 0;
            while (index + 1 < parts.size() && cumulative.get(index) <= sought) {
                index++;
            }
            return parts.get(index);
        }
    }
}
