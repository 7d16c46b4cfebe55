package dev.capstan.report;

import dev.capstan.sim.results.Interval;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import javax.imageio.ImageIO;

/**
 * The study of timers in Markdown, with its pictures. What people wrote is in {@code timer-study.md}, with names in double braces
 * where figures stand; figures are those of the results, of which only means, choices and the closed form are made here.
 */
final class TimerStudyPage {

    private static final String TEXT = "timer-study.md";
    private static final Pattern PLACE = Pattern.compile("\\{\\{([a-z-]+)}}");

    private final TimerStudy study;
    private final Manifest manifest;
    private final TimerClosedForm closedForm;
    private final TimerInfluence influence;
    private final TimerChoices choices;

    private TimerStudyPage(TimerStudy study) {
        this.study = study;
        manifest = study.folder().manifest();
        closedForm = new TimerClosedForm(study);
        influence = new TimerInfluence(study);
        choices = new TimerChoices(study, closedForm.counter());
    }

    static String of(TimerStudy study) {
        return new TimerStudyPage(study).page();
    }

    /** Writes the pictures that the page shows. */
    static void draw(TimerStudy study, Path images) throws IOException {
        save(new TimerClosedForm(study).latencies(), images.resolve("timers-latency.png"));
        Map<String, Map<String, Interval>> shares = new TimerInfluence(study).largest("success_rate");
        if (!shares.isEmpty()) {
            save(
                    new TimerVarianceDrawing("What the share contained hangs on", study.answering(), shares),
                    images.resolve("timers-variance.png"));
        }
        List<String> caps = study.values(TimerStudy.CAP);
        save(
                new TimerSurfaceDrawing(study, TimerStudy.STEPPING, caps.get(caps.size() / 2)),
                images.resolve("timers-surface.png"));
    }

    private static void save(Drawing drawing, Path file) throws IOException {
        ImageIO.write(drawing.image(), "png", file.toFile());
    }

    private String page() {
        Map<String, String> places = new LinkedHashMap<>();
        places.put(
                "version",
                manifest.inputs().stream()
                        .filter(fact -> fact.name().equals("capstan_version"))
                        .map(fact -> " of Capstan " + fact.value())
                        .findFirst()
                        .orElse(""));
        places.put("question", manifest.question());
        places.put("axes", axes());
        places.put("settings", Integer.toString(settings()));
        places.put("policies", codes(study.folder().policies()));
        places.put("summary", ReportPage.summary(study.folder()));
        places.put("short", inShort());
        places.put("contain", Wording.seconds(manifest.containWithinSeconds()));
        places.put("stepping", TimerStudy.STEPPING);
        places.put("threshold", Wording.percent(study.threshold()));
        places.put("calibration", closedForm.calibration());
        places.put("chance", Wording.points(closedForm.chance()));
        places.put("swing", closedForm.swing());
        places.put("counter", closedForm.counter());
        places.put("baseline-excursions", Wording.number(closedForm.baseline().excursions()));
        places.put("caps", closedForm.caps());
        places.put("variance", influence.variance());
        places.put("effects", influence.effects());
        places.put("windows", closedForm.windows());
        places.put("costs", choices.costs());
        places.put("left-out", choices.leftOut());
        places.put("defaults", choices.defaults());
        places.put("tables", choices.tables());
        places.put("notes", manifest.notes().stream().map(note -> "- " + note).collect(Collectors.joining("\n")));
        return PLACE.matcher(text())
                .replaceAll((MatchResult place) ->
                        Matcher.quoteReplacement(Objects.requireNonNull(places.get(place.group(1)), place.group())));
    }

    private static String text() {
        try (InputStream text = TimerStudyPage.class.getResourceAsStream(TEXT)) {
            return new String(Objects.requireNonNull(text, TEXT).readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private String axes() {
        return manifest.axes().stream()
                .map(axis -> "- " + Wording.axisName(axis.path()) + ": "
                        + axis.values().stream().map(Wording::axisValue).collect(Collectors.joining(", ")))
                .collect(Collectors.joining("\n"));
    }

    private int settings() {
        return manifest.axes().stream().mapToInt(axis -> axis.values().size()).reduce(1, Math::multiplyExact);
    }

    private String inShort() {
        List<String> parts = new ArrayList<>();
        parts.add("**The closed form says where the cliff is.** "
                + study.values(TimerStudy.EXPORTER).stream()
                        .map(exporter -> "`" + exporter + "` "
                                + Wording.points(closedForm.off(
                                        closedForm.sound(TimerStudy.STEPPING, Map.of(TimerStudy.EXPORTER, exporter)))))
                        .collect(Collectors.joining(
                                ", ",
                                "What `" + TimerStudy.STEPPING + "` contains without faults is off by, in points: ",
                                "; chance alone makes that " + Wording.points(closedForm.chance())
                                        + " where the closed form leaves it open.")));
        parts.add("**By exporter.** Contained without faults, over all other timers, caps and the policies "
                + codes(study.answering()) + ": "
                + study.values(TimerStudy.EXPORTER).stream()
                        .map(exporter -> "`" + exporter + "` "
                                + Wording.interval(answered(exporter).mean())
                                + " %")
                        .collect(Collectors.joining(", "))
                + ".");
        influence
                .leading("success_rate")
                .ifPresent(text ->
                        parts.add("**What decides containment**, as a share of its variance over the grid: " + text));
        influence
                .leading("goodput_requests_per_second")
                .ifPresent(text -> parts.add("**What decides goodput**: " + text));
        parts.add("**Recommended**, without faults: "
                + study.values(TimerStudy.EXPORTER).stream()
                        .map(choices::recommended)
                        .collect(Collectors.joining("; "))
                + ".");
        parts.add("**Keeping to the cap costs**, with `" + closedForm.counter() + "` and its recommended timers, of "
                + Wording.number(study.uncappedGoodput()) + " requests/s within their targets without a cap: "
                + study.values(TimerStudy.CAP).stream().map(choices::price).collect(Collectors.joining("; "))
                + ".");
        parts.add("**With faults**, at the timers recommended without and with them, over caps and policies: "
                + study.values(TimerStudy.EXPORTER).stream()
                        .map(exporter -> "`" + exporter + "` "
                                + study.values(TimerStudy.FAULTS).stream()
                                        .map(faults -> Wording.interval(study.standard(exporter, faults)
                                                        .outcome()
                                                        .success())
                                                + " %")
                                        .collect(Collectors.joining(" to ")))
                        .collect(Collectors.joining("; "))
                + ".");
        return parts.stream().map(part -> "- " + part).collect(Collectors.joining("\n"));
    }

    private TimerStudy.Outcome answered(String exporter) {
        Map<String, String> where = Map.of(TimerStudy.EXPORTER, exporter, TimerStudy.FAULTS, study.sound());
        return TimerStudy.Outcome.of(study.answering().stream()
                .flatMap(policy -> study.cells(policy, where).stream())
                .toList());
    }

    private static String codes(List<String> policies) {
        return policies.stream().map(policy -> "`" + policy + "`").collect(Collectors.joining(", "));
    }
}
