package dev.capstan.sim.experiment;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Holds {@code docs/experiments.md} against what the reader reads. */
class ExperimentsPageTest {

    private static String page;

    @BeforeAll
    static void readPage() throws IOException {
        page = Files.readString(Path.of("..", "docs", "experiments.md"));
    }

    @Test
    void hasARowForEveryKeyThatIsReadAndNoOther() {
        Set<String> read = new TreeSet<>();
        ExperimentFolder folder = new ExperimentFolder();
        List<String> readable = List.of(
                ExperimentFileTest.FULL,
                ExperimentFolder.LEAST,
                WorkloadKeysTest.REQUESTS,
                WorkloadKeysTest.ROUTES,
                WorkloadKeysTest.SERVEGEN,
                WorkloadKeysTest.DISTURBANCE,
                WorkloadKeysTest.POWER);
        for (String yaml : readable) {
            paths(folder.read(yaml).resolved(), "", read);
        }
        for (String stated : STATED_POWER) {
            paths(folder.read(WorkloadKeysTest.POWER, "workload=" + stated).resolved(), "", read);
        }
        for (List<String> shared : List.of(
                List.of("cluster={breaker: {share: 110 %}}", "scoring.compare_with=none", "policies=[none]"),
                List.of(
                        "axes={control.interval: [5s, 6s], control.hold: [1m, 2m]}",
                        "pairs=[[control.interval, control.hold]]",
                        "where=[control.hold > 1m]"),
                List.of("axes={control.interval: {from: 5s, to: 6s}}", "design={kind: sobol, points: 2}"),
                List.of("replications=9", "stop={half_width: {success_rate: 0.1}}"),
                List.of("cluster.domains=[{name: site, servers: 8, breaker: {share: 110 %}}]"))) {
            paths(
                    folder.read(ExperimentFolder.LEAST, shared.toArray(String[]::new))
                            .resolved(),
                    "",
                    read);
        }
        read.removeIf(path -> FREE_KEYS.stream().anyMatch(free -> path.startsWith(free + ".")));
        read.addAll(FREE_KEYS);
        read.addAll(List.of(
                "services[].workload", "routes[].workload", "cluster.domains", "services[].startup", "cap.schedule"));
        read.add("cap.events");
        read.addAll(List.of("telemetry.outages", "telemetry.exporter_restarts", "cluster.failures"));

        assertThat(documented().keySet()).isEqualTo(read);
    }

    @Test
    void hasARowForEveryKeyOfARange() {
        assertThat(Pattern.compile("`axes\\.\\*\\.([a-z]+)`")
                        .matcher(page)
                        .results()
                        .map(key -> key.group(1)))
                .containsExactlyInAnyOrderElementsOf(Range.KEYS);
    }

    @Test
    void givesTheDefaultsThatTheReaderFillsIn() {
        JsonNode resolved = new ExperimentFolder().read(ExperimentFolder.LEAST).resolved();

        documented().forEach((path, fallback) -> {
            JsonNode value = resolved.at("/" + path.replace("[]", "/0").replace('.', '/'));
            if (value.isValueNode() && fallback.startsWith("`") && !path.equals("output.detail")) {
                String text = fallback.substring(1, fallback.indexOf('`', 1));
                assertThat(Axis.text(value)).as(path).isIn(text, text + ".0");
            }
        });
    }

    @Test
    void namesEveryModel() {
        assertThat(ModelProfiles.all())
                .extracting(ModelProfile::name)
                .allSatisfy(name -> assertThat(page).contains("`" + name + "`"));
    }

    @Test
    void showsExperimentsThatRead(@TempDir Path temp) throws IOException {
        List<String> shown = Pattern.compile("(?s)```yaml\n(.*?)```")
                .matcher(page)
                .results()
                .map(block -> block.group(1))
                .filter(yaml -> yaml.contains("\nservices:"))
                .toList();

        assertThat(shown).hasSize(3);
        Files.writeString(temp.resolve("requests.csv"), "");
        for (String yaml : shown) {
            Path samples = Path.of("..", "traces-sample").toAbsolutePath().normalize();
            Path file = Files.writeString(temp.resolve("shown.yaml"), yaml.replace("../", samples + "/"));
            assertThat(ExperimentFile.read(file, List.of()).base().services()).isNotEmpty();
        }
    }

    /** First and second cell of each row that begins with a dotted path. */
    private static Map<String, String> documented() {
        Map<String, String> rows = new TreeMap<>();
        for (MatchResult row : Pattern.compile("(?m)^\\| `([a-z_.\\[\\]]+)` \\|([^|]*)\\|")
                .matcher(page)
                .results()
                .toList()) {
            assertThat(rows.put(row.group(1), row.group(2).strip()))
                    .as(row.group(1))
                    .isNull();
        }
        return rows;
    }

    private static void paths(JsonNode node, String path, Set<String> paths) {
        if (node.isObject()) {
            node.properties()
                    .forEach(entry -> paths(
                            entry.getValue(), path.isEmpty() ? entry.getKey() : path + "." + entry.getKey(), paths));
        } else if (node.isArray()) {
            node.forEach(item -> paths(item, path + "[]", paths));
        } else {
            // The workload of one service or route has the keys of the one at the top.
            paths.add(path.replaceFirst("^(services|routes)\\[]\\.workload\\.", "workload.")
                    .replaceFirst("(series|power|services|pairs|where)(\\[])+$", "$1"));
        }
    }

    /** Mappings whose keys another page lists. */
    private static final List<String> FREE_KEYS = List.of(
            "stop.half_width", "policies[].parameters", "workload.select", "workload.labels", "budgets[].reserved");

    private static final List<String> STATED_POWER = List.of(
            "{trace: /experiments/power.csv, format: nvidia-smi-csv, time_zone: UTC}",
            "{trace: /experiments/power.csv, format: dcgm-dmon, interval: 1s}",
            "{trace: /experiments/power.csv, format: exporter-text, metric: m, unit: W, labels: {a: b}}",
            "{trace: /experiments/power.csv, series: a}");
}
