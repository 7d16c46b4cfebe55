package dev.capstan.bridge.resource;

import java.util.List;

/** Times against one another. */
final class TimerCheck {

    private static final double LONGEST_SECONDS = 86_400;

    private final List<Issue> issues;

    TimerCheck(List<Issue> issues) {
        this.issues = issues;
    }

    void check(PowerCapSpec spec) {
        Timers timers = spec.timers();
        double control = atLeast("controlInterval", timers.controlInterval(), 1);
        double exporter = atLeast("exporterInterval", timers.exporterInterval(), 0);
        double scrape = atLeast("scrapeInterval", timers.scrapeInterval(), 0);
        double sync = atLeast("hpaSync", timers.hpaSync(), 0);
        double api = atLeast("apiLatency", timers.apiLatency(), 0);
        double hold = atLeast("hold", timers.hold(), 0);
        atLeast("raiseInterval", timers.raiseInterval(), 0);
        double lead = atLeast("lead", timers.lead(), 0);
        atLeast("stagger", timers.stagger(), 0);
        if (control < scrape) {
            add(
                    "controlInterval",
                    "is " + timers.controlInterval() + ", shorter than scrapeInterval "
                            + timers.scrapeInterval()
                            + ": several decisions would rest on one sample. Decide no more often than"
                            + " Prometheus scrapes, or scrape more often.");
        }
        if (hold < control) {
            add(
                    "hold",
                    "is " + timers.hold() + ", shorter than controlInterval " + timers.controlInterval()
                            + ": one missed reading would lower ceilings. Hold for at least one control interval.");
        }
        boolean announced =
                !spec.limit().schedule().isEmpty() || !spec.limit().events().isEmpty();
        if (announced && lead < sync + api) {
            add(
                    "lead",
                    "is " + timers.lead() + ", shorter than hpaSync and apiLatency together ("
                            + timers.hpaSync() + " and " + timers.apiLatency()
                            + "): a fall of the cap by schedule or event would be met too late.");
        }
        double age = DurationText.seconds(spec.measurement().maximumAge());
        if (age < exporter + scrape) {
            issues.add(new Issue(
                    "spec.measurement.maximumAge",
                    "is " + spec.measurement().maximumAge()
                            + ", shorter than exporterInterval and scrapeInterval together ("
                            + timers.exporterInterval()
                            + " and " + timers.scrapeInterval()
                            + "): good readings would count as stale. Allow them, and some slack."));
        }
    }

    private double atLeast(String name, String text, double least) {
        double seconds = DurationText.seconds(text);
        if (seconds < least || seconds > LONGEST_SECONDS) {
            add(name, "must be from " + (long) least + "s to 1d, was " + text + ".");
        }
        return seconds;
    }

    private void add(String name, String message) {
        issues.add(new Issue("spec.timers." + name, message));
    }
}
