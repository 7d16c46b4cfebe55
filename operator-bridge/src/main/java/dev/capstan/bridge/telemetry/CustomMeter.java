package dev.capstan.bridge.telemetry;

import dev.capstan.bridge.prometheus.InstantSample;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Queries of the site's own, which tell the domain and perhaps each service by its name. */
final class CustomMeter implements Meter {

    private final PowerMetrics.Custom metrics;
    private List<Draw> draws = List.of();
    private int counted;
    private int mostCounted;
    private boolean answered;

    CustomMeter(PowerMetrics.Custom metrics) {
        this.metrics = metrics;
    }

    /** Those of a service have its name for a pod; without a label they are of the only service, if there is one. */
    @Override
    public List<Draw> pods(Asker asker, List<MeteredService> services) throws IOException {
        List<InstantSample> watts = asker.ask(metrics.query());
        String label = metrics.serviceLabel();
        if (label == null && watts.size() > 1) {
            throw new IOException("the query " + metrics.query() + " answers with " + watts.size()
                    + " series, of which only one can be the power. Maybe wrap it in sum(), or name the label of the"
                    + " services.");
        }
        double age = Double.NaN;
        counted = watts.size();
        if (!watts.isEmpty()) {
            answered = true;
            if (metrics.ageQuery() != null) {
                double told = only(asker, metrics.ageQuery());
                age = Double.isNaN(told) ? Double.POSITIVE_INFINITY : told;
            }
            if (metrics.countQuery() != null) {
                counted = (int) only(asker, metrics.countQuery());
            }
        }
        mostCounted = Math.max(mostCounted, counted);
        draws = new ArrayList<>();
        for (InstantSample one : watts) {
            String service = label != null
                    ? one.label(label)
                    : services.size() == 1 ? services.get(0).name() : "";
            draws.add(new Draw("", service, one.labels().toString(), one.value(), age));
        }
        return draws;
    }

    /** A count that is missing counts nothing, and an age that is missing is older than any. */
    private static double only(Asker asker, String query) throws IOException {
        List<InstantSample> answer = asker.ask(query);
        if (answer.size() > 1) {
            throw new IOException("the query " + query + " answers with " + answer.size()
                    + " series, expected one. Maybe wrap it in sum() or max().");
        }
        return answer.isEmpty() ? Double.NaN : answer.get(0).value();
    }

    @Override
    public @Nullable List<Draw> domain(Asker asker) {
        return draws;
    }

    @Override
    public String sum(Asker asker, List<MeteredService> services) {
        return "sum(" + metrics.query() + ")";
    }

    @Override
    public int expectedUnits(MeteredService service) {
        return 0;
    }

    @Override
    public int expectedUnits(List<MeteredService> services) {
        return metrics.expectedSeries() == null ? mostCounted : metrics.expectedSeries();
    }

    @Override
    public int countedUnits(List<Draw> domain) {
        return counted;
    }

    @Override
    public double highestUnitWatts(MeteredService service) {
        return Double.MAX_VALUE;
    }

    @Override
    public String unit() {
        return "series";
    }

    @Override
    public String matched() {
        return answered ? metrics.query() : "";
    }
}
