package dev.capstan.cli;

import dev.capstan.bridge.certificate.Certificate;
import dev.capstan.bridge.certificate.CertificateException;
import dev.capstan.bridge.certificate.CertificateFile;
import dev.capstan.bridge.certificate.CertificateSignature;
import dev.capstan.bridge.certificate.Refusal;
import dev.capstan.capping.NearestName;
import dev.capstan.sim.experiment.Experiment;
import dev.capstan.sim.experiment.ExperimentFile;
import dev.capstan.sim.rehearsal.Rehearsal;
import dev.capstan.sim.rehearsal.RehearsedPoint;
import dev.capstan.sim.results.Interval;
import dev.capstan.trace.Quantity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "certify",
        description = {
            "Writes the certificate that lets the operator enforce a policy, from a results folder;",
            "or checks one, and ends with 1 if it does not count.",
        },
        mixinStandardHelpOptions = true)
final class CertifyCommand implements Callable<Integer> {

    private static final String BEST = "best";

    private final Console console;
    private final InstantSource clock;

    @Parameters(paramLabel = "DIR", arity = "0..1", description = "Results folder of a sweep.")
    private @Nullable Path folder;

    @Option(
            names = "--run",
            paramLabel = "ID|best",
            description = "Certifies the point of this run, over all its replications, or the best one.")
    private @Nullable String run;

    @Option(names = "--out", paramLabel = "FILE", description = "Where the certificate goes.")
    private @Nullable Path out;

    @Option(
            names = "--rule",
            paramLabel = "RULE",
            description =
                    "Which is best: goodput (the most) or stranded (the least stranded power). Default: goodput, in"
                            + " power mode stranded.")
    private Rehearsal.@Nullable Rule rule;

    @Option(
            names = "--where",
            paramLabel = "AXIS=VALUE",
            description =
                    "Chooses among the points with this value of an axis, as written, or policy=LABEL. Repeatable.")
    private Map<String, String> where = Map.of();

    @Option(
            names = "--min-success",
            paramLabel = "SHARE",
            description =
                    "What the lower end of the 95 %% interval of the success rate must be at least. Default: 0.95.")
    private String minSuccess = "0.95";

    @Option(names = "--valid-for", paramLabel = "TIME", description = "How long it counts. Default: 90d.")
    private String validFor = "90d";

    @Option(
            names = "--issued",
            paramLabel = "INSTANT",
            description = "When it was issued, such as 2026-01-31T12:00:00Z. Default: now.")
    private @Nullable String issued;

    @Option(names = "--force", description = "Replaces a file that is there.")
    private boolean force;

    @Option(
            names = "--sign-key",
            paramLabel = "FILE",
            description = "Signs it with this private key of Ed25519, in PEM.")
    private @Nullable Path signKey;

    @Option(
            names = "--public-key",
            paramLabel = "FILE",
            description = "Checks that it is signed with the private key to this one.")
    private @Nullable Path publicKey;

    @Option(names = "--check", paramLabel = "FILE", description = "Checks this certificate instead.")
    private @Nullable Path check;

    @Option(
            names = "--experiment",
            paramLabel = "FILE",
            description = "Checks whether it covers the policy, timers, services and caps of this experiment.")
    private @Nullable Path experiment;

    @Option(names = "--set", paramLabel = "PATH=VALUE", description = "Sets a value of that experiment. Repeatable.")
    private List<String> sets = List.of();

    @Option(
            names = "--policy",
            paramLabel = "LABEL",
            description = "Which policy of that experiment. Default: the one of the certificate.")
    private @Nullable String policy;

    CertifyCommand(Console console, InstantSource clock) {
        this.console = console;
        this.clock = clock;
    }

    @Override
    public Integer call() throws IOException {
        try {
            return check == null ? certify() : check(check);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument(e);
        } catch (NoSuchFileException e) {
            throw new InvalidArgument("there is no file or folder for " + e.getFile());
        }
    }

    private int certify() throws IOException {
        if (folder == null || run == null || out == null) {
            throw new InvalidArgument(
                    "certify needs a results folder, --run ID or --run best, and --out FILE;" + " or --check FILE");
        }
        if (experiment != null || policy != null || publicKey != null || !sets.isEmpty()) {
            throw new InvalidArgument("--experiment, --set, --policy and --public-key go with --check");
        }
        if (!run.equals(BEST) && (rule != null || !where.isEmpty())) {
            throw new InvalidArgument("--rule and --where go with --run best; a run says itself which point it is of");
        }
        double least = Quantity.ratio(minSuccess);
        if (!(least > 0 && least < 1)) {
            throw new InvalidArgument("--min-success must be above 0 and below 1, was " + minSuccess
                    + ". No number of disturbances shows that all are contained.");
        }
        long validNanos = Quantity.durationNanos(validFor);
        if (validNanos < Duration.ofSeconds(1).toNanos()) {
            throw new InvalidArgument("--valid-for must be at least 1s, was " + validFor);
        }
        if (Files.exists(out) && !force) {
            throw new InvalidArgument(out + " is there already. Maybe --force, or another --out.");
        }
        Rehearsal rehearsal = Rehearsal.read(folder);
        List<String> told = new ArrayList<>();
        RehearsedPoint point = run.equals(BEST) ? best(rehearsal, least, told) : rehearsal.pointOf(run, least);
        List<RehearsedPoint> caps = rehearsal.capsAround(point, least);
        Instant from = instant();
        Certificate certificate = Certification.of(rehearsal, point, caps, least, from, from.plusNanos(validNanos));
        if (signKey != null) {
            certificate = CertificateSignature.sign(certificate, CertificateSignature.privateKey(signKey));
        }
        write(CertificateFile.text(certificate), out);
        told.forEach(console.out()::println);
        describe(certificate);
        console.out().println(out);
        return ExitCodes.DONE;
    }

    private RehearsedPoint best(Rehearsal rehearsal, double least, List<String> told) {
        Rehearsal.Rule by = rule == null ? rehearsal.usualRule() : rule;
        Rehearsal.Choice choice = rehearsal.best(by, least, where);
        told.add(String.format(
                Locale.ROOT,
                "best of %d points whose success rate is at least %s with 95 %% confidence, by %s:",
                choice.among(),
                minSuccess,
                by == Rehearsal.Rule.GOODPUT ? "the most goodput" : "the least stranded power"));
        told.add("  first   " + inWords(choice.point(), by));
        told.add("  second  "
                + choice.second().map(second -> inWords(second, by)).orElse("none"));
        return choice.point();
    }

    private static String inWords(RehearsedPoint point, Rehearsal.Rule by) {
        Interval figure = point.figures().get(by.figure());
        return point.inWords()
                + (figure == null ? "" : String.format(Locale.ROOT, ": %s %.6g", by.figure(), figure.estimate()));
    }

    private Instant instant() {
        try {
            // A certificate is of a second, so that it can be read aloud.
            return (issued == null ? clock.instant() : Instant.parse(issued)).truncatedTo(ChronoUnit.SECONDS);
        } catch (DateTimeException e) {
            throw new InvalidArgument("--issued must be an instant such as 2026-01-31T12:00:00Z, was " + issued);
        }
    }

    private static void write(String text, Path file) throws IOException {
        Path whole = file.toAbsolutePath();
        Path partial = whole.resolveSibling("." + whole.getFileName() + ".part");
        try {
            Files.writeString(partial, text);
            Files.move(partial, whole, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(partial);
        }
    }

    private int check(Path file) throws IOException {
        if (folder != null || run != null || out != null || signKey != null) {
            throw new InvalidArgument(
                    "--check takes the certificate alone, without a results folder, --run, --out or --sign-key");
        }
        if (experiment == null && (policy != null || !sets.isEmpty())) {
            throw new InvalidArgument("--policy and --set are of an experiment: name it with --experiment");
        }
        List<Refusal> refusals;
        try {
            Certificate certificate = CertificateFile.read(file);
            refusals = new ArrayList<>(refusals(certificate));
            if (publicKey != null) {
                CertificateSignature.refusal(certificate, CertificateSignature.publicKey(publicKey))
                        .ifPresent(refusals::add);
            }
            if (refusals.isEmpty()) {
                console.out().println("valid");
            }
            describe(certificate);
        } catch (CertificateException e) {
            refusals = List.of(e.refusal());
        }
        for (Refusal refusal : refusals) {
            String kind = refusal.reason().name().toLowerCase(Locale.ROOT).replace('_', ' ');
            console.out().println(kind + ": " + refusal.message());
        }
        return refusals.isEmpty() ? ExitCodes.DONE : ExitCodes.CHECK_FAILED;
    }

    private List<Refusal> refusals(Certificate certificate) {
        Instant now = clock.instant();
        if (experiment == null) {
            return certificate.refusals(now, Capstan.version());
        }
        Experiment planned = ExperimentFile.read(experiment, sets).base();
        return certificate.refusals(
                Certification.enforcement(planned, planned(planned, certificate)), now, Capstan.version());
    }

    private Experiment.Policy planned(Experiment experiment, Certificate certificate) {
        List<Experiment.Policy> all = experiment.policies();
        List<String> labels = all.stream().map(Experiment.Policy::label).toList();
        String label = policy == null ? certificate.policy().label() : policy;
        int index = labels.indexOf(label);
        if (index >= 0) {
            return all.get(index);
        }
        throw new InvalidArgument(this.experiment + " has no policy that is labelled '" + label + "'."
                + NearestName.hint(label, labels) + " It has " + String.join(", ", labels)
                + (policy == null ? ": say with --policy which of them is planned." : "."));
    }

    private void describe(Certificate certificate) {
        Certificate.Outcome outcome = certificate.outcome();
        Certificate.Cap cap = certificate.cap();
        console.out()
                .println("policy   " + certificate.policy().label()
                        + at(certificate.rehearsal().axes()));
        console.out()
                .println(String.format(
                        Locale.ROOT,
                        "success  %d of %d disturbances contained: %.4f to %.4f with 95 %% confidence",
                        outcome.contained(),
                        outcome.disturbances(),
                        Math.floor(1e4 * outcome.successRate().low()) / 1e4,
                        outcome.successRate().high()));
        console.out()
                .println("caps     " + Quantity.formatPower(cap.lowestWatts()) + " to "
                        + Quantity.formatPower(cap.highestWatts()));
        console.out().println("counts   " + certificate.issued() + " to " + certificate.expires());
    }

    private static String at(Map<String, String> axes) {
        List<String> words = new ArrayList<>();
        axes.forEach((axis, value) -> words.add(axis + "=" + value));
        return words.isEmpty() ? "" : " at " + String.join(", ", words);
    }
}
