package dev.capstan.report;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;

/** {@code service-points.csv}: what each service got at the points of the sweep. */
final class ServicePoints {

    private record Place(List<String> axisValues, String policy) {}

    private final ResultTable table;
    private final Map<Place, List<Integer>> rows = new HashMap<>();
    private final Set<String> names = new TreeSet<>();

    ServicePoints(ResultTable table, List<Manifest.Axis> axes) {
        this.table = table;
        for (int row = 0; row < table.rows(); row++) {
            names.add(table.text(row, "service"));
            if (!ResultsFolder.isMoved(table, row)) {
                int at = row;
                List<String> axisValues =
                        axes.stream().map(axis -> table.text(at, axis.path())).toList();
                rows.computeIfAbsent(new Place(axisValues, table.text(row, "policy")), key -> new ArrayList<>())
                        .add(row);
            }
        }
    }

    ResultTable table() {
        return table;
    }

    /** How many services there are. */
    int count() {
        return names.size();
    }

    /** The rows of a point, one for each service in the order of the experiment. */
    List<Integer> rows(Point point) {
        return rows.getOrDefault(new Place(point.axisValues(), point.policy()), List.of());
    }

    /** The row of a service at a point. */
    OptionalInt row(Point point, String service) {
        return rows(point).stream()
                .mapToInt(Integer::intValue)
                .filter(row -> table.text(row, "service").equals(service))
                .findFirst();
    }
}
