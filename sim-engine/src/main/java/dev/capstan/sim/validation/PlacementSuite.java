package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;
import static dev.capstan.sim.validation.Check.Layer.VERIFICATION;

import dev.capstan.capping.PowerPlacement;
import dev.capstan.sim.serving.ModelProfile;
import dev.capstan.sim.serving.ModelProfiles;
import dev.capstan.trace.RandomStream;
import dev.capstan.trace.RequestTrace;
import dev.capstan.trace.RequestTraces;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.commons.csv.CSVRecord;

/** R6: placing services that peak at different times together lowers what each power domain must be fed with. */
final class PlacementSuite extends DataSuite {

    private static final String SOURCE =
            "Hsu et al., SmoothOperator, ASPLOS 2018: lower-level peaks fall by 2.3, 7.1 and"
                    + " 13.1 % at three sites (recalled)";
    private static final double LEAST_PERCENT = 2;
    private static final double MOST_PERCENT = 13;

    /** Requests a second that a replica is measured at; between them power is interpolated. */
    private static final double[] RATES = {0.25, 0.5, 1, 1.5, 2, 3, 4, 5};

    private static final int MEASURED_SECONDS = 1800;

    /** A server of 8 GPUs holds two replicas: half of 1.35 kW, and 1.21 wall watts for each of a GPU. */
    private static final double BASE_WATTS = 675;

    private static final double WALL_WATTS_PER_GPU_WATT = 1.21;

    private static final String AZURE = "Azure code and conversation: sum of the domains' peaks, lower by";
    private static final String CLIENTS =
            "ServeGen, placed by one week, in the next: sum of the domains' peaks, lower by";

    /** Deals instances to domains. */
    interface Placing {
        int[] place(List<double[]> watts, int domains);
    }

    private final Placing placing;

    PlacementSuite() {
        this(PowerPlacement::place);
    }

    /** With another way of placing. */
    PlacementSuite(Placing placing) {
        super(
                "placement",
                "R6: what a placement that knows when services peak saves in peaks of the domains below the root, over one"
                        + " that keeps the replicas of a service together. Replicas of llama-3.1-70b-h100x4, two to a server of"
                        + " 8 GPUs, wall power in windows of 10 minutes; the plant gives a replica's power at each of 8 rates"
                        + " with token lengths of the Azure traces. Azure: 24 replicas of code and 16 of conversation, a fixed"
                        + " fleet for the highest rate, on 5 domains of 8, over the five days that both week profiles have."
                        + " ServeGen: four replicas, full at the client's highest rate, for each of the 16 largest clients of"
                        + " m-large, on 8 domains of 8.",
                Map.of(
                        AZURE,
                        "just under the band: in power the two services nearly peak together, so that no placement could"
                                + " save more than 1.9 %"));
        this.placing = placing;
    }

    @Override
    List<Check> checks(Path data) throws IOException {
        Path requests = data.resolve("azure-llm-2023");
        Path weeks = data.resolve("azure-week-rate-profile");
        Path clients = data.resolve("servegen/language/m-large");
        for (Path needed : List.of(requests, weeks, clients)) {
            if (!Files.isDirectory(needed)) {
                return List.of(Check.skipped("peaks of domains by placement", REPRODUCTION, SOURCE, "no " + needed));
            }
        }
        double[] code = measured(requests.resolve("AzureLLMInferenceTrace_code.csv"));
        double[] conversation = measured(requests.resolve("AzureLLMInferenceTrace_conv.csv"));
        List<Check> checks = new ArrayList<>();
        azure(weeks, code, conversation, checks);
        serveGen(clients, conversation, checks);
        return checks;
    }

    private void azure(Path weeks, double[] code, double[] conversation, List<Check> checks) throws IOException {
        Map<String, Double> conversationRates = new HashMap<>();
        for (CSVRecord row : Csv.headed(weeks.resolve("conv_10min.csv"))) {
            conversationRates.put(row.get("window_start_utc"), Csv.number(row, "requests_per_s_scaled"));
        }
        List<Double> codeWatts = new ArrayList<>();
        List<Double> conversationWatts = new ArrayList<>();
        for (CSVRecord row : Csv.headed(weeks.resolve("code_10min.csv"))) {
            Double rate = conversationRates.get(row.get("window_start_utc"));
            if (rate != null) {
                codeWatts.add(watts(code, Csv.number(row, "requests_per_s_scaled") / 24));
                conversationWatts.add(watts(conversation, rate / 16));
            }
        }
        double[] ofCode = array(codeWatts);
        List<double[]> mixed = new ArrayList<>(Collections.nCopies(24, ofCode));
        mixed.addAll(Collections.nCopies(16, array(conversationWatts)));
        int[] grouped = PowerPlacement.inBlocks(40, 40 / 8);
        double together = PowerPlacement.sumOfPeaksWatts(mixed, grouped);
        double aware = PowerPlacement.sumOfPeaksWatts(mixed, placing.place(mixed, 5));
        double all = PowerPlacement.sumOfPeaksWatts(mixed, new int[40]);
        checks.add(Check.reported(
                "Azure code and conversation: asynchrony, sum of peaks over peak of sum",
                REPRODUCTION,
                SOURCE,
                "",
                PowerPlacement.asynchrony(mixed)));
        checks.add(Check.between(
                AZURE, REPRODUCTION, SOURCE, "%", LEAST_PERCENT, MOST_PERCENT, 100 * (1 - aware / together)));
        checks.add(Check.near(
                "the same: share of what one domain for all would save",
                VERIFICATION,
                "peak of the sum of all replicas is the least",
                "",
                1,
                (together - aware) / (together - all),
                0.1));
        checks.add(Check.reported(
                "the same with replicas dealt at random, mean of 100",
                REPRODUCTION,
                SOURCE,
                "%",
                100 * (1 - random(mixed, grouped) / together)));

        List<double[]> alike = Collections.nCopies(40, ofCode);
        checks.add(Check.within(
                "replicas of code alone: asynchrony",
                REPRODUCTION,
                "one curve for all",
                "",
                1,
                PowerPlacement.asynchrony(alike),
                1e-9));
        checks.add(Check.within(
                "replicas of code alone: sum of the domains' peaks, lower by",
                REPRODUCTION,
                "one curve for all",
                "%",
                0,
                100
                        * (1
                                - PowerPlacement.sumOfPeaksWatts(alike, placing.place(alike, 5))
                                        / PowerPlacement.sumOfPeaksWatts(alike, grouped)),
                1e-9));
    }

    private void serveGen(Path folder, double[] conversation, List<Check> checks) throws IOException {
        List<double[]> clients = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(file -> file.toString().endsWith("-trace.csv"))
                    .sorted()
                    .toList()) {
                clients.add(Csv.bare(file).stream()
                        .mapToDouble(row -> row.get(3).isBlank() ? 0 : Csv.number(row, 1))
                        .toArray());
            }
        }
        clients.sort(Comparator.comparingDouble(rates -> -Arrays.stream(rates).sum()));
        List<double[]> first = new ArrayList<>();
        List<double[]> second = new ArrayList<>();
        for (double[] rates : clients.subList(0, 16)) {
            double highest = Arrays.stream(rates).max().orElseThrow();
            double[] watts = Arrays.stream(rates)
                    .map(rate -> watts(conversation, RATES[RATES.length - 1] * rate / highest))
                    .toArray();
            int week = watts.length / 2;
            first.addAll(Collections.nCopies(4, Arrays.copyOfRange(watts, 0, week)));
            second.addAll(Collections.nCopies(4, Arrays.copyOfRange(watts, week, watts.length)));
        }
        int[] grouped = PowerPlacement.inBlocks(64, 64 / 8);
        int[] placed = placing.place(first, 8);
        int[] hindsight = placing.place(second, 8);
        double together = PowerPlacement.sumOfPeaksWatts(second, grouped);
        double aware = PowerPlacement.sumOfPeaksWatts(second, placed);
        checks.add(Check.between(
                CLIENTS, REPRODUCTION, SOURCE, "%", LEAST_PERCENT, MOST_PERCENT, 100 * (1 - aware / together)));
        checks.add(Check.reported(
                "the same, placed by the week that it is judged in",
                REPRODUCTION,
                SOURCE,
                "%",
                100 * (1 - PowerPlacement.sumOfPeaksWatts(second, hindsight) / together)));
        checks.add(Check.reported(
                "the same, lower than with replicas dealt at random, mean of 100",
                REPRODUCTION,
                SOURCE,
                "%",
                100 * (1 - aware / random(second, grouped))));
    }

    private static double random(List<double[]> watts, int[] grouped) {
        RandomStream random = RandomStream.named(1, "placement");
        int[] domainOf = grouped.clone();
        double sum = 0;
        for (int shuffle = 0; shuffle < 100; shuffle++) {
            for (int i = domainOf.length - 1; i > 0; i--) {
                exchange(domainOf, i, random.nextInt(i + 1));
            }
            sum += PowerPlacement.sumOfPeaksWatts(watts, domainOf);
        }
        return sum / 100;
    }

    private static void exchange(int[] domainOf, int first, int second) {
        int held = domainOf[first];
        domainOf[first] = domainOf[second];
        domainOf[second] = held;
    }

    /** Wall watts of a replica at no load and at each of the rates, with the tokens of a trace. */
    private static double[] measured(Path trace) {
        ModelProfile model = ModelProfiles.find("llama-3.1-70b-h100x4").orElseThrow();
        RequestTrace tokens = RequestTraces.read(trace);
        double[] watts = new double[RATES.length + 1];
        watts[0] = BASE_WATTS + WALL_WATTS_PER_GPU_WATT * model.gpus() * model.idleGpuWatts();
        for (int i = 0; i < RATES.length; i++) {
            RandomStream random = RandomStream.named(1, "placement." + trace.getFileName() + RATES[i]);
            int requests = (int) (RATES[i] * MEASURED_SECONDS);
            long[] arrivals = new long[requests];
            int[] inputs = new int[requests];
            int[] outputs = new int[requests];
            double at = 0;
            for (int request = 0; request < requests; request++) {
                at += random.nextExponential() / RATES[i];
                arrivals[request] = Math.round(at * 1e9);
                int drawn = random.nextInt(tokens.size());
                inputs[request] = tokens.inputTokens()[drawn];
                outputs[request] = tokens.outputTokens()[drawn];
            }
            ServedTrace served = new ServedTrace(model, 1, arrivals, inputs, outputs);
            long end = arrivals[requests - 1];
            served.kernel.runUntil(end);
            served.power.settle(end);
            double boardWatts = served.power.meter(0).energyJoules() / (end * 1e-9);
            watts[i + 1] = BASE_WATTS + WALL_WATTS_PER_GPU_WATT * boardWatts;
        }
        return watts;
    }

    private static double watts(double[] measured, double rate) {
        int above = 0;
        while (above < RATES.length - 1 && RATES[above] < rate) {
            above++;
        }
        double from = above == 0 ? 0 : RATES[above - 1];
        return measured[above] + (measured[above + 1] - measured[above]) * (rate - from) / (RATES[above] - from);
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
