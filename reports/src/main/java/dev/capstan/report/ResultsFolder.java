package dev.capstan.report;

import dev.capstan.trace.Quantity;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * A results folder as read: its manifest, the points of the sweep and its runs.
 *
 * @param points without those at which a parameter of the model was moved
 * @param roles of the axes, in their order
 * @param sensitivity what moved parameters change; empty where none was moved
 * @param effects means over all points with the same value of an axis; empty where an earlier version wrote the folder
 * @param variance where the variance over the points comes from; empty where it cannot be told
 * @param services what each service got at the points; empty where an earlier version wrote the folder
 */
record ResultsFolder(
        Path path,
        Manifest manifest,
        List<Point> points,
        List<Role> roles,
        ResultTable pointTable,
        ResultTable runs,
        Optional<ResultTable> sensitivity,
        Optional<ResultTable> effects,
        Optional<ServicePoints> services,
        Optional<VarianceShares> variance) {

    /** Leading segments of the axes that an operator can set. All other axes are conditions that he meets. */
    private static final Set<String> SETTINGS =
            Set.of("control", "telemetry", "policy", "policies", "autoscaling", "keda", "hpa", "actuation", "guard");

    /** What an axis varies: the cap, something the operator sets, or something the world brings. */
    enum Role {
        CAP,
        SETTING,
        CONDITION
    }

    static ResultsFolder read(Path folder) {
        if (!Files.isDirectory(folder)) {
            throw new ReportException(
                    folder,
                    "is not a folder. Maybe you meant the folder given as --out to `capstan simulate` or "
                            + "`capstan sweep`");
        }
        Manifest manifest = Manifest.read(folder.resolve("manifest.json"));
        Set<String> axes = manifest.axes().stream().map(Manifest.Axis::path).collect(Collectors.toSet());
        List<String> required = new ArrayList<>(
                manifest.axes().stream().map(Manifest.Axis::path).toList());
        required.addAll(List.of("policy", "cap_watts", "success_rate"));
        List<String> ofRuns = new ArrayList<>(required);
        ofRuns.addAll(List.of("run_id", "replication"));
        required.addAll(List.of("disturbances", "success_rate_low", "success_rate_high"));
        ResultTable pointTable = ResultTable.read(folder.resolve("points.csv"), axes, required);
        ResultTable runs = ResultTable.read(folder.resolve("summary.csv"), axes, ofRuns);
        List<Point> points = new ArrayList<>();
        for (int row = 0; row < pointTable.rows(); row++) {
            if (!isMoved(pointTable, row)) {
                points.add(Point.at(pointTable, row, manifest.axes()));
            }
        }
        if (points.isEmpty()) {
            throw new ReportException(
                    pointTable.file(),
                    "holds no point, so there is nothing to report. Maybe no run has finished yet: "
                            + "run the experiment again with --resume");
        }
        Path moved = folder.resolve("sensitivity.csv");
        Optional<ResultTable> sensitivity = Files.isRegularFile(moved)
                ? Optional.of(ResultTable.read(moved, axes, ofChanges(manifest)))
                : Optional.empty();
        Path effects = folder.resolve("effects.csv");
        Path ofServices = folder.resolve("service-points.csv");
        Optional<ServicePoints> services = Files.isRegularFile(ofServices)
                ? Optional.of(
                        new ServicePoints(ResultTable.read(ofServices, axes, ofServices(manifest)), manifest.axes()))
                : Optional.empty();
        return new ResultsFolder(
                folder,
                manifest,
                List.copyOf(points),
                roles(manifest, points),
                pointTable,
                runs,
                sensitivity,
                Files.isRegularFile(effects)
                        ? Optional.of(ResultTable.read(effects, Set.of("axis"), List.of("axis", "value", "policy")))
                        : Optional.empty(),
                services,
                VarianceShares.read(folder.resolve("variance.csv")));
    }

    private static List<String> ofChanges(Manifest manifest) {
        List<String> required = new ArrayList<>(
                manifest.axes().stream().map(Manifest.Axis::path).toList());
        required.addAll(List.of("policy", "cap_watts", "parameter", "end", "value"));
        return required;
    }

    private static List<String> ofServices(Manifest manifest) {
        List<String> required = new ArrayList<>(
                manifest.axes().stream().map(Manifest.Axis::path).toList());
        required.addAll(List.of("policy", "service"));
        return required;
    }

    /** Whether a parameter of the model was moved at a point or in a run. */
    static boolean isMoved(ResultTable table, int row) {
        return table.has("parameter") && !table.text(row, "parameter").isEmpty();
    }

    /** Labels of the policies that have points, in the order of the experiment. */
    List<String> policies() {
        Set<String> present = points.stream().map(Point::policy).collect(Collectors.toCollection(LinkedHashSet::new));
        Set<String> ordered = new LinkedHashSet<>();
        for (Manifest.Policy policy : manifest.policies()) {
            if (present.contains(policy.label())) {
                ordered.add(policy.label());
            }
        }
        ordered.addAll(present);
        return List.copyOf(ordered);
    }

    /** Whether the label stands for the policy {@code none}, which never acts. */
    boolean isBaseline(String label) {
        for (Manifest.Policy policy : manifest.policies()) {
            if (policy.label().equals(label)) {
                return policy.name().equals("none");
            }
        }
        return label.equals("none");
    }

    List<Double> caps() {
        Set<Double> caps = new TreeSet<>();
        points.forEach(point -> caps.add(point.capWatts()));
        return List.copyOf(caps);
    }

    /** A cap in words; with more digits where caps are so close that they would read alike. */
    String capWords(double watts) {
        List<Double> caps = caps();
        boolean alike = caps.stream().map(Wording::watts).distinct().count() < caps.size();
        return alike ? Quantity.formatPower(watts).replace(' ', '\u00a0') : Wording.watts(watts);
    }

    /** Axes that are conditions. */
    List<Integer> conditions() {
        return IntStream.range(0, roles.size())
                .filter(axis -> roles.get(axis) == Role.CONDITION)
                .boxed()
                .toList();
    }

    /** Whether an operator can set what stands under a dotted path. */
    static boolean isSetting(String path) {
        int dot = path.indexOf('.');
        return SETTINGS.contains(dot < 0 ? path : path.substring(0, dot));
    }

    /** What people call those that are conditions. */
    List<String> conditionNames() {
        return conditions().stream()
                .map(axis -> Wording.axisName(manifest.axes().get(axis).path()))
                .toList();
    }

    Role role(int axis) {
        return roles.get(axis);
    }

    private static List<Role> roles(Manifest manifest, List<Point> points) {
        List<Role> roles = new ArrayList<>();
        for (int axis = 0; axis < manifest.axes().size(); axis++) {
            boolean setting = isSetting(manifest.axes().get(axis).path());
            roles.add(givesTheCap(axis, points) ? Role.CAP : setting ? Role.SETTING : Role.CONDITION);
        }
        return List.copyOf(roles);
    }

    /** Whether the values of the axis and the caps stand for each other one to one. */
    private static boolean givesTheCap(int axis, List<Point> points) {
        Set<String> values = new HashSet<>();
        Set<Double> caps = new HashSet<>();
        Set<String> pairs = new HashSet<>();
        for (Point point : points) {
            values.add(point.axisValues().get(axis));
            caps.add(point.capWatts());
            pairs.add(point.axisValues().get(axis) + "\n" + point.capWatts());
        }
        return values.size() > 1 && values.size() == pairs.size() && caps.size() == pairs.size();
    }

    /** The folder of a run, which exists only where {@code output.detail} asked for it. */
    Path runFolder(int run) {
        return path.resolve("runs").resolve(runs.text(run, "run_id"));
    }

    boolean hasTimeline(int run) {
        Path folder = runFolder(run).normalize();
        return folder.startsWith(path.resolve("runs").normalize())
                && Files.isRegularFile(folder.resolve("timeline.csv"));
    }

    boolean belongsTo(int run, Point point) {
        if (isMoved(runs, run)
                || runs.number(run, "cap_watts") != point.capWatts()
                || !runs.text(run, "policy").equals(point.policy())) {
            return false;
        }
        List<Manifest.Axis> axes = manifest.axes();
        return IntStream.range(0, axes.size())
                .allMatch(axis -> runs.text(run, axes.get(axis).path())
                        .equals(point.axisValues().get(axis)));
    }
}
