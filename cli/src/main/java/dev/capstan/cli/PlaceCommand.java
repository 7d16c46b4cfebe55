package dev.capstan.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.capping.PowerPlacement;
import dev.capstan.trace.PowerSeries;
import dev.capstan.trace.PowerTrace;
import dev.capstan.trace.PowerWindows;
import dev.capstan.trace.Quantity;
import dev.capstan.trace.TraceFiles;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.IntStream;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "place",
        description = {
            "Places the meters of power traces on power domains of equal size, so that",
            "those that peak at different times share one, and tells by how much the peaks",
            "of the domains fall. A meter (a server, a replica, a service) goes to one domain",
            "as a whole. Compared with the meters as they come, cut into blocks, as if each",
            "service had racks of its own.",
        },
        mixinStandardHelpOptions = true)
final class PlaceCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Console console;

    @Parameters(paramLabel = "FILE", arity = "1..*", description = "Power traces, all of one span.")
    private List<Path> files = List.of();

    @Option(names = "--domains", paramLabel = "N", description = "Power domains. Default: 2.")
    private int domains = 2;

    @Option(
            names = "--window",
            paramLabel = "TIME",
            description = "Power is the mean over windows of this length: as long as breakers forgive. Default: 1m.")
    private String window = "1m";

    @Option(
            names = "--learn",
            paramLabel = "SHARE",
            description = "The first share of the span decides on the placement, the rest judges it. Default: 50 %%.")
    private String learn = "50 %";

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    @ArgGroup(validate = false, heading = ReadingOptions.HEADING)
    private ReadingOptions options = new ReadingOptions();

    PlaceCommand(Console console) {
        this.console = console;
    }

    /** Placement of the meters, and the part of the span that did not decide on it. */
    private record Placed(List<String> names, int[] domainOf, List<double[]> judged) {

        double[] peaksWatts() {
            return PowerPlacement.peaksWatts(judged, domainOf);
        }

        double[] peaksAsTheyCameWatts() {
            int domains = 1 + Arrays.stream(domainOf).max().orElse(0);
            return PowerPlacement.peaksWatts(judged, PowerPlacement.inBlocks(domainOf.length, domains));
        }

        double asynchrony(int domain) {
            return PowerPlacement.asynchrony(in(domain, judged));
        }

        <T> List<T> in(int domain, List<T> ofMeters) {
            return IntStream.range(0, domainOf.length)
                    .filter(i -> domainOf[i] == domain)
                    .mapToObj(ofMeters::get)
                    .toList();
        }
    }

    @Override
    public Integer call() throws JsonProcessingException {
        Placed placed;
        try {
            placed = place();
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument(e);
        }
        if (json) {
            console.out().println(JSON.writeValueAsString(asJson(placed)));
        } else {
            print(placed);
        }
        return ExitCodes.DONE;
    }

    private Placed place() {
        List<String> names = new ArrayList<>();
        List<PowerTrace> traces = new ArrayList<>();
        for (Path file : files) {
            if (!(TraceFiles.read(file, options.reading()).content() instanceof TraceFiles.Power power)) {
                throw new InvalidArgument(file + " holds no power; placement needs power traces");
            }
            for (PowerSeries series : power.recording().series()) {
                names.add(files.size() == 1 ? series.name() : file.getFileName() + "/" + series.name());
                traces.add(series.whole());
            }
        }
        if (domains < 1 || domains > names.size()) {
            throw new InvalidArgument("--domains must be from 1 to the " + names.size() + " meters, was " + domains);
        }
        List<double[]> watts =
                PowerWindows.of(traces, Quantity.durationNanos(window)).watts();
        int windows = watts.get(0).length;
        int learnt = (int) Math.round(Quantity.ratio(learn) * windows);
        if (learnt < 1 || learnt >= windows) {
            throw new InvalidArgument("--learn " + learn + " of " + windows
                    + " windows leaves none to learn from or none to judge by. Maybe a shorter --window.");
        }
        return new Placed(
                names,
                PowerPlacement.place(
                        watts.stream().map(w -> Arrays.copyOf(w, learnt)).toList(), domains),
                watts.stream().map(w -> Arrays.copyOfRange(w, learnt, windows)).toList());
    }

    private void print(Placed placed) {
        TextTable table = new TextTable("domain", "peak", "as they came", "lower by", "asynchrony", "meters");
        double[] after = placed.peaksWatts();
        double[] before = placed.peaksAsTheyCameWatts();
        for (int domain = 0; domain < after.length; domain++) {
            table.add(
                    String.valueOf(domain),
                    Quantity.formatPower(after[domain]),
                    Quantity.formatPower(before[domain]),
                    percent(after[domain], before[domain]),
                    String.format(Locale.ROOT, "%.3f", placed.asynchrony(domain)),
                    String.join(" ", placed.in(domain, placed.names())));
        }
        double all = Arrays.stream(after).sum();
        double allBefore = Arrays.stream(before).sum();
        table.add("all", Quantity.formatPower(all), Quantity.formatPower(allBefore), percent(all, allBefore), "-", "");
        console.out().print(table.render());
    }

    private static Map<String, Object> asJson(Placed placed) {
        Map<String, Integer> placement = new LinkedHashMap<>();
        for (int i = 0; i < placed.names().size(); i++) {
            placement.put(placed.names().get(i), placed.domainOf()[i]);
        }
        Map<String, Object> answer = new LinkedHashMap<>();
        answer.put("placement", placement);
        answer.put("peak_watts", placed.peaksWatts());
        answer.put("peak_watts_as_they_came", placed.peaksAsTheyCameWatts());
        return answer;
    }

    private static String percent(double after, double before) {
        return String.format(Locale.ROOT, "%.2f %%", before == 0 ? 0 : 100 * (1 - after / before));
    }
}
