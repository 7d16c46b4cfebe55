package dev.capstan.sim.rehearsal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.capping.NearestName;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.sim.results.Interval;
import dev.capstan.trace.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A results folder read back: all that a sweep has shown. Every method that finds a fault of the folder, or nothing that may
 * be enforced, throws {@link IllegalArgumentException} with what was found and what to try.
 *
 * @param manifest the whole of {@code manifest.json}
 * @param points of {@code points.csv}, in its order
 * @param pointsSha256 of that file
 * @param summarySha256 of {@code summary.csv}
 */
public record Rehearsal(
        Path folder, ObjectNode manifest, List<RehearsedPoint> points, String pointsSha256, String summarySha256) {

    /** Axes that move the cap and nothing else. */
    private static final Set<String> CAP_AXES = Set.of("cap.power", "cap.share");

    private static final ObjectMapper JSON = new ObjectMapper();

    public Rehearsal {
        points = List.copyOf(points);
    }

    /** By what one point is better than another. */
    public enum Rule {
        /** The most requests per second that met every target. */
        GOODPUT("goodput_requests_per_second"),
        /** The least headroom under the cap while demand waited. */
        STRANDED("stranded_watt_seconds");

        private final String figure;

        Rule(String figure) {
            this.figure = figure;
        }

        /** The column of {@code summary.csv} that it looks at. */
        public String figure() {
            return figure;
        }

        private double rank(RehearsedPoint point) {
            Interval mean = point.figures().get(figure);
            if (mean == null) {
                return Double.POSITIVE_INFINITY;
            }
            return this == GOODPUT ? -mean.estimate() : mean.estimate();
        }
    }

    /**
     * What was chosen.
     *
     * @param among how many points met all that was asked
     * @param second the next best of them
     */
    public record Choice(RehearsedPoint point, int among, Optional<RehearsedPoint> second) {}

    /**
     * Reads a results folder.
     *
     * @throws IOException if a file that is there cannot be read
     */
    public static Rehearsal read(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException(
                    folder + " is not a folder. Maybe you meant the folder given as --out to `capstan sweep`.");
        }
        try {
            ObjectNode manifest = manifest(folder.resolve("manifest.json"));
            byte[] points = Files.readAllBytes(folder.resolve("points.csv"));
            byte[] summary = Files.readAllBytes(folder.resolve("summary.csv"));
            return new Rehearsal(
                    folder,
                    manifest,
                    new PointsReader(folder, manifest).read(points, summary),
                    Sha256.of(points),
                    Sha256.of(summary));
        } catch (NoSuchFileException e) {
            throw new IllegalArgumentException(
                    e.getFile() + " is missing. "
                            + (Files.exists(folder.resolve("progress.jsonl"))
                                    ? "The sweep has not finished: go on with it (--resume)."
                                    : "Maybe you meant the folder given as --out to `capstan sweep`."),
                    e);
        }
    }

    private static ObjectNode manifest(Path file) throws IOException {
        JsonNode node;
        try {
            node = JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(file + " is not valid JSON: " + e.getOriginalMessage(), e);
        }
        if (!(node instanceof ObjectNode manifest) || !node.path("conditions").isArray()) {
            throw new IllegalArgumentException(
                    file + " does not say under which conditions the points were run: an older"
                            + " version of Capstan wrote it. Run the experiment again with this one.");
        }
        return manifest;
    }

    /** The rule for the mode of the experiment: goodput with requests, stranded power where only power is known. */
    public Rule usualRule() {
        return manifest.path("mode").asText().equals("power") ? Rule.STRANDED : Rule.GOODPUT;
    }

    /**
     * The point of a run, if it may be enforced.
     *
     * @param minSuccess what the lower end of the interval of its success rate must be at least
     */
    public RehearsedPoint pointOf(String runId, double minSuccess) {
        for (RehearsedPoint point : points) {
            if (point.runs().stream().anyMatch(run -> run.runId().equals(runId))) {
                Optional<String> fault = fault(point, minSuccess);
                if (fault.isPresent()) {
                    throw new IllegalArgumentException("run " + runId + ", " + point.inWords() + ": " + fault.get());
                }
                return point;
            }
        }
        List<String> known = points.stream()
                .flatMap(point -> point.runs().stream())
                .map(RehearsedPoint.Run::runId)
                .toList();
        throw new IllegalArgumentException(folder.resolve("summary.csv") + " has no run '" + runId + "'."
                + NearestName.hint(runId, known) + " Its column run_id has all of them.");
    }

    /**
     * The best of the points that may be enforced.
     *
     * @param where values that axes, or {@code policy}, must have
     */
    public Choice best(Rule rule, double minSuccess, Map<String, String> where) {
        List<RehearsedPoint> asked = points.stream()
                .filter(point -> where.entrySet().stream()
                        .allMatch(each -> each.getValue()
                                .equals(
                                        each.getKey().equals("policy")
                                                ? point.policy()
                                                : point.axes().get(each.getKey()))))
                .toList();
        List<RehearsedPoint> sound = asked.stream()
                .filter(point -> fault(point, minSuccess).isEmpty())
                .sorted(Comparator.comparingDouble(rule::rank).thenComparingInt(RehearsedPoint::index))
                .toList();
        if (sound.isEmpty()) {
            throw new IllegalArgumentException(nothing(asked, minSuccess));
        }
        if (!sound.get(0).figures().containsKey(rule.figure())) {
            throw new IllegalArgumentException("no point has a " + rule.figure() + ", by which "
                    + rule.name().toLowerCase(Locale.ROOT) + " chooses. Maybe another --rule.");
        }
        return new Choice(sound.get(0), sound.size(), sound.size() > 1 ? Optional.of(sound.get(1)) : Optional.empty());
    }

    private String nothing(List<RehearsedPoint> asked, double minSuccess) {
        Optional<RehearsedPoint> nearest = asked.stream()
                .filter(point -> fault(point, 0).isEmpty())
                .max(Comparator.comparingDouble(
                                (RehearsedPoint point) -> point.success().low())
                        .thenComparing(
                                Comparator.comparingInt(RehearsedPoint::index).reversed()));
        if (nearest.isPresent()) {
            return "no point may be enforced. The nearest is " + nearest.get().inWords() + ": "
                    + fault(nearest.get(), minSuccess).orElseThrow();
        }
        return asked.isEmpty()
                ? folder.resolve("points.csv")
                        + " has no such point. Maybe --where names another value than the file does."
                : "no point may be enforced. The first is " + asked.get(0).inWords() + ": "
                        + fault(asked.get(0), minSuccess).orElseThrow();
    }

    /**
     * The points that differ from one in nothing but the cap and may be enforced as it may, by cap: from the next lower cap on
     * and the next higher one, as far as each does.
     */
    public List<RehearsedPoint> capsAround(RehearsedPoint point, double minSuccess) {
        List<RehearsedPoint> alike = points.stream()
                .filter(other -> other.moved().equals(point.moved())
                        && other.policy().equals(point.policy())
                        && otherAxes(other).equals(otherAxes(point)))
                .sorted(Comparator.comparingDouble(RehearsedPoint::startWatts))
                .toList();
        int from = alike.indexOf(point);
        int to = from;
        while (from > 0 && fault(alike.get(from - 1), minSuccess).isEmpty()) {
            from--;
        }
        while (to < alike.size() - 1 && fault(alike.get(to + 1), minSuccess).isEmpty()) {
            to++;
        }
        return alike.subList(from, to + 1);
    }

    private static Map<String, String> otherAxes(RehearsedPoint point) {
        Map<String, String> axes = new LinkedHashMap<>(point.axes());
        axes.keySet().removeAll(CAP_AXES);
        return axes;
    }

    /** Why the policy of a point may not be enforced as it ran there; empty if it may. */
    private static Optional<String> fault(RehearsedPoint point, double minSuccess) {
        if (!point.moved().isEmpty()) {
            return Optional.of("it ran with the " + point.moved() + " of the model, to see what hangs on it. Take a run"
                    + " of the experiment as it stands, whose columns parameter, end and value are empty.");
        }
        String policy = point.policyName();
        if (!PolicyRegistry.find(policy).holdsCap()) {
            return Optional.of("policy " + policy + " is not made to hold a cap, so there is nothing to certify. Take"
                    + " another one: docs/policies.md.");
        }
        if (point.disturbances() == 0) {
            return Optional.of("nothing had to be contained there, so it has not shown that it holds the cap. Maybe a"
                    + " lower cap (cap.power, cap.share), a longer load (duration) or more of it (workload.scale).");
        }
        Optional<Interval> without = point.successWithoutCapping();
        if (without.isPresent() && without.get().estimate() >= point.success().estimate()) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "%.2f %% of the disturbances were contained without any capping, %.2f %% with it: they passed by themselves,"
                            + " so it has not shown that it holds the cap. Maybe a shorter cap.contain_within, a lower cap"
                            + " or a load that stays high for longer.",
                    100 * without.get().estimate(),
                    100 * point.success().estimate()));
        }
        if (point.success().low() < minSuccess) {
            return Optional.of(String.format(
                    Locale.ROOT,
                    "%d of %d disturbances were contained; the lower end of the 95 %% interval is %.4f, --min-success"
                            + " asks for %s, which takes at least %d disturbances. Maybe %s, or a lower --min-success.",
                    point.contained(),
                    point.disturbances(),
                    // Rounded down: what misses the bound by a hair must not look as if it met it.
                    Math.floor(1e4 * point.success().low()) / 1e4,
                    minSuccess,
                    Interval.trialsFor(minSuccess),
                    point.contained() == point.disturbances()
                            ? "more replications or a longer load"
                            : "a faster loop, a higher cap or another policy"));
        }
        return Optional.empty();
    }
}
