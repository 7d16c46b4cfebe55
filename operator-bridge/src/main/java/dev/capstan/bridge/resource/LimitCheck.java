package dev.capstan.bridge.resource;

import java.time.ZoneId;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The cap, its times and its carbon. */
final class LimitCheck {

    private static final int MINUTES_OF_DAY = 1440;
    private static final int MINUTES_OF_WEEK = 7 * MINUTES_OF_DAY;

    private final List<Issue> issues;

    LimitCheck(List<Issue> issues) {
        this.issues = issues;
    }

    void check(PowerCapSpec spec) {
        Limit limit = spec.limit();
        if ((limit.watts() == null) == (limit.percentOfPeak() == null)) {
            add(
                    "",
                    "must have exactly one of watts and percentOfPeak, has "
                            + count(limit.watts(), limit.percentOfPeak())
                            + ". Give watts: 12000, or percentOfPeak: {percent: 80, peakWatts: 15000}.");
        }
        Limit.PercentOfPeak peak = limit.percentOfPeak();
        if (peak != null) {
            if ((peak.peakWatts() == null) == (peak.peakOver() == null)) {
                add(
                        ".percentOfPeak",
                        "must have exactly one of peakWatts and peakOver, has "
                                + count(peak.peakWatts(), peak.peakOver())
                                + ". Give peakWatts: 15000, or peakOver: 30d for what Prometheus has seen.");
            }
            if (peak.peakOver() != null && DurationText.seconds(peak.peakOver()) < 3600) {
                add(
                        ".percentOfPeak.peakOver",
                        "must be at least 1h, was " + peak.peakOver()
                                + ": the peak of so short a time falls as the cap lowers the power. Give 7d or more.");
            }
        }
        schedule(limit);
        events(limit);
        if (limit.carbon() != null) {
            carbon(limit.carbon(), limit);
        }
    }

    /** The base limit in watts, or null where only Prometheus knows the peak. */
    static @Nullable Double baseWatts(Limit limit) {
        Limit.PercentOfPeak peak = limit.percentOfPeak();
        if (peak == null) {
            return limit.watts();
        }
        return peak.peakWatts() == null ? null : peak.percent() / 100 * peak.peakWatts();
    }

    /** What the lowest cap of all can be, by base, schedule and events; null where it is not known. */
    static @Nullable Double lowestWatts(Limit limit) {
        Double base = baseWatts(limit);
        Double lowest = base;
        for (Limit.ScheduleEntry entry : limit.schedule()) {
            lowest = lower(lowest, entryWatts(entry, base));
        }
        for (Limit.Event event : limit.events()) {
            lowest = lower(lowest, event.watts());
        }
        return lowest;
    }

    private static @Nullable Double lower(@Nullable Double one, @Nullable Double other) {
        if (one == null || other == null) {
            return one == null ? other : one;
        }
        return Math.min(one, other);
    }

    private static @Nullable Double entryWatts(Limit.ScheduleEntry entry, @Nullable Double base) {
        if (entry.percent() != null && entry.watts() == null) {
            return base == null ? null : entry.percent() / 100 * base;
        }
        return entry.watts();
    }

    private void schedule(Limit limit) {
        Double base = baseWatts(limit);
        Set<String> names = new HashSet<>();
        List<Limit.ScheduleEntry> sound = new ArrayList<>();
        for (int i = 0; i < limit.schedule().size(); i++) {
            Limit.ScheduleEntry entry = limit.schedule().get(i);
            String at = ".schedule[" + i + "]";
            if (!names.add(entry.name())) {
                add(at + ".name", "is \"" + entry.name() + "\" for the second time; each name once.");
            }
            if ((entry.watts() == null) == (entry.percent() == null)) {
                add(
                        at,
                        "must have exactly one of watts and percent, has " + count(entry.watts(), entry.percent())
                                + ". Give watts: 9000, or percent: 75 of the base limit.");
            }
            if (!isTimeZone(entry.timeZone())) {
                add(
                        at + ".timeZone",
                        "must be a time zone of the IANA database such as Europe/Berlin or UTC, was \""
                                + entry.timeZone() + "\".");
            }
            Double watts = entryWatts(entry, base);
            if (base != null && watts != null && watts >= base) {
                add(
                        at + (entry.watts() == null ? ".percent" : ".watts"),
                        "comes to " + number(watts)
                                + " W, not below the base limit of " + number(base)
                                + " W: it would never lower the cap. Raise the base limit, or lower this one.");
            }
            hidden(i, entry, watts, base, sound);
            sound.add(entry);
        }
    }

    /** Two entries that overlap are fine, the lower one counts; one that never counts is a mistake. */
    private void hidden(
            int i,
            Limit.ScheduleEntry entry,
            @Nullable Double watts,
            @Nullable Double base,
            List<Limit.ScheduleEntry> earlier) {
        for (int j = 0; j < earlier.size(); j++) {
            Limit.ScheduleEntry other = earlier.get(j);
            Double otherWatts = entryWatts(other, base);
            if (watts == null || otherWatts == null || !entry.timeZone().equals(other.timeZone())) {
                continue;
            }
            boolean lower = watts < otherWatts;
            BitSet covered = minutes(lower ? other : entry);
            covered.andNot(minutes(lower ? entry : other));
            if (covered.isEmpty()) {
                int never = lower ? j : i;
                int always = lower ? i : j;
                add(
                        ".schedule[" + never + "]",
                        "never counts: schedule[" + always
                                + "] is as low or lower at all of its times. Drop it, or change its times.");
            }
        }
    }

    private static BitSet minutes(Limit.ScheduleEntry entry) {
        BitSet minutes = new BitSet(MINUTES_OF_WEEK);
        int from = minute(entry.from());
        int length = Math.floorMod(minute(entry.to()) - from - 1, MINUTES_OF_DAY) + 1;
        for (Limit.Day day : entry.days()) {
            int begin = day.ordinal() * MINUTES_OF_DAY + from;
            for (int minute = begin; minute < begin + length; minute++) {
                minutes.set(minute % MINUTES_OF_WEEK);
            }
        }
        return minutes;
    }

    private static int minute(String time) {
        return 60 * Integer.parseInt(time, 0, 2, 10) + Integer.parseInt(time, 3, 5, 10);
    }

    private static boolean isTimeZone(String id) {
        return id.equals("UTC")
                || (id.contains("/") && ZoneId.getAvailableZoneIds().contains(id));
    }

    private void events(Limit limit) {
        Double base = baseWatts(limit);
        for (int i = 0; i < limit.events().size(); i++) {
            Limit.Event event = limit.events().get(i);
            String at = ".events[" + i + "]";
            if (!event.to().isAfter(event.from())) {
                add(at + ".to", "must be after from, was " + event.to() + ", from is " + event.from() + ".");
            }
            if (base != null && event.watts() >= base) {
                add(
                        at + ".watts",
                        "is " + number(event.watts()) + " W, not below the base limit of " + number(base)
                                + " W: it would never lower the cap. Lower it, or drop the event.");
            }
        }
    }

    private void carbon(Carbon carbon, Limit limit) {
        Double base = baseWatts(limit);
        Double minimum = carbon.minimumWatts();
        if (carbon.onMissing() == Carbon.OnMissing.MINIMUM && minimum == null) {
            add(
                    ".carbon.minimumWatts",
                    "is missing, and onMissing: Minimum needs it: the cap to hold while no intensity is"
                            + " known, such as 6000.");
        }
        if (base != null && minimum != null && minimum > base) {
            add(
                    ".carbon.minimumWatts",
                    "is " + number(minimum) + " W, above the base limit of " + number(base)
                            + " W, which it could never reach. Lower it.");
        }
        if (DurationText.seconds(carbon.maximumAge()) < 300) {
            add(
                    ".carbon.maximumAge",
                    "must be at least 5m, was " + carbon.maximumAge() + ": sources give a value every 5 min to 1 h.");
        }
        source(carbon.source());
    }

    private void source(Carbon.Source source) {
        String type = switch (source.type()) {
            case ELECTRICITY_MAPS -> "electricity-maps";
            case WATTTIME -> "watttime";
            case NESO -> "neso";
            case FILE -> "file";
        };
        boolean maps = source.type() == Carbon.Type.ELECTRICITY_MAPS;
        boolean watttime = source.type() == Carbon.Type.WATTTIME;
        boolean neso = source.type() == Carbon.Type.NESO;
        boolean file = source.type() == Carbon.Type.FILE;
        needs(type, "zone", source.zone(), maps, maps, "such as \"DE\"");
        needs(type, "region", source.region(), watttime, watttime || neso, "such as CAISO_NORTH");
        needs(type, "tokenSecretRef", source.tokenSecretRef(), maps, maps, "{name, key}");
        needs(type, "loginSecretRef", source.loginSecretRef(), watttime, watttime, "{name}");
        needs(type, "configMapRef", source.configMapRef(), file, file, "{name, key}");
        needs(type, "url", source.url(), false, !file, "");
        if (neso && source.region() != null && !source.region().matches("[1-9]|1[0-8]")) {
            add(
                    ".carbon.source.region",
                    "must be a region id of NESO from 1 to 18, was \"" + source.region()
                            + "\". Leave it out for all of Great Britain.");
        }
    }

    private void needs(
            String type, String name, @Nullable Object value, boolean required, boolean allowed, String example) {
        if (required && value == null) {
            add(".carbon.source." + name, "is missing, and type: " + type + " needs it: " + example + ".");
        } else if (value != null && !allowed) {
            add(".carbon.source." + name, "is not for type: " + type + ". Drop it, or change the type.");
        }
    }

    private static String count(@Nullable Object one, @Nullable Object other) {
        return one == null && other == null ? "none" : "both";
    }

    private static String number(double watts) {
        return watts == Math.rint(watts) ? Long.toString((long) watts) : Double.toString(watts);
    }

    private void add(String path, String message) {
        issues.add(new Issue("spec.limit" + path, message));
    }
}
