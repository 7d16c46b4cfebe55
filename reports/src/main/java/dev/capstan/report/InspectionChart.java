package dev.capstan.report;

import dev.capstan.trace.inspect.Histogram;
import dev.capstan.trace.inspect.Timeline;
import java.util.Locale;
import java.util.function.DoubleFunction;

/** Draws the charts of an inspection as SVG that takes its colours from the page. */
final class InspectionChart {

    static final DoubleFunction<String> COUNT = Wording::number;
    static final DoubleFunction<String> WATTS = Wording::watts;
    static final DoubleFunction<String> TIME = InspectionChart::time;

    private static final int WIDTH = 560;
    private static final int HEIGHT = 240;
    private static final int LEFT = 56;
    private static final int RIGHT = 14;
    private static final int TOP = 12;
    private static final int BOTTOM = 46;
    private static final int MOST_TICKS = 6;
    private static final int MOST_BAR_LABELS = 7;
    private static final double[] SECONDS_APART = {
        1,
        2,
        5,
        10,
        15,
        30,
        60,
        120,
        300,
        600,
        900,
        1800,
        3600,
        7200,
        10_800,
        21_600,
        43_200,
        86_400,
        172_800,
        604_800,
        1_209_600,
        2_592_000,
        5_184_000,
        15_552_000,
        31_536_000
    };

    private final StringBuilder svg = new StringBuilder();
    private double bottom;
    private double top = 1;

    private InspectionChart(String label) {
        svg.append(String.format(
                Locale.ROOT, "<svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">", WIDTH, HEIGHT, label));
    }

    /** A line of the means in a band from lowest to highest; the axis begins at 0, or below the lowest value under it. */
    static String timeline(Timeline line, String valueLabel, double factor) {
        InspectionChart chart = new InspectionChart(valueLabel + " over time");
        int bins = line.mean().length;
        double least = 0;
        double most = 0;
        for (int i = 0; i < bins; i++) {
            least = Math.min(least, Double.isNaN(line.low()[i]) ? 0 : line.low()[i] * factor);
            most = Math.max(most, Double.isNaN(line.high()[i]) ? 0 : line.high()[i] * factor);
        }
        chart.valueAxis(least, most, valueLabel, COUNT);
        double from = line.fromSeconds();
        double span = bins * line.binSeconds();
        chart.timeAxis(from, span);
        StringBuilder band = new StringBuilder();
        StringBuilder mean = new StringBuilder();
        boolean pen = false;
        for (int i = 0; i < bins; i++) {
            if (Double.isNaN(line.mean()[i])) {
                continue;
            }
            double left = x(i / (double) bins);
            double right = x((i + 1) / (double) bins);
            band.append(String.format(
                    Locale.ROOT,
                    "M%.1f %.1fH%.1fV%.1fH%.1fZ",
                    left,
                    chart.height(line.high()[i] * factor),
                    right,
                    chart.height(line.low()[i] * factor),
                    left));
            mean.append(String.format(
                    Locale.ROOT,
                    "%s%.1f %.1fH%.1f",
                    pen ? "L" : "M",
                    left,
                    chart.height(line.mean()[i] * factor),
                    right));
            pen = true;
        }
        chart.svg.append("<path class=\"band\" d=\"").append(band).append("\"/>");
        chart.svg.append("<path class=\"line\" d=\"").append(mean).append("\"/>");
        return chart.end();
    }

    /** A bar for each bin, all of one width, as share of all values. */
    static String bars(Histogram histogram, String edgeLabel, DoubleFunction<String> edge) {
        InspectionChart chart = new InspectionChart("share by " + edgeLabel);
        long all = 0;
        long most = 0;
        for (long count : histogram.counts()) {
            all += count;
            most = Math.max(most, count);
        }
        int bins = histogram.counts().length;
        chart.valueAxis(0, all == 0 ? 1 : 100.0 * most / all, "share in %", COUNT);
        for (int i = 0; i < bins; i++) {
            double left = x(i / (double) bins);
            double right = x((i + 1) / (double) bins);
            double above = chart.height(all == 0 ? 0 : 100.0 * histogram.counts()[i] / all);
            chart.svg.append(String.format(
                    Locale.ROOT,
                    "<rect class=\"bin\" x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\"><title>%s to %s: %d</title></rect>",
                    left + 0.5,
                    above,
                    Math.max(0.5, right - left - 1),
                    y(0) - above,
                    edge.apply(histogram.edges()[i]),
                    edge.apply(histogram.edges()[i + 1]),
                    histogram.counts()[i]));
        }
        int apart = Math.max(1, (bins + MOST_BAR_LABELS - 1) / MOST_BAR_LABELS);
        for (int i = 0; i <= bins; i += apart) {
            chart.below(x(i / (double) Math.max(1, bins)), edge.apply(histogram.edges()[i]));
        }
        chart.axisTitle(edgeLabel);
        return chart.end();
    }

    /** Round steps from 0 to at least the most, and down to the least where that is below 0. */
    private void valueAxis(double least, double most, String label, DoubleFunction<String> text) {
        double step = 1;
        double range = most > least ? most - least : 1;
        double wanted = range / 4;
        double power = StrictMath.pow(10, StrictMath.floor(StrictMath.log10(wanted)));
        for (double times : new double[] {1, 2, 2.5, 5, 10}) {
            step = times * power;
            if (step >= wanted) {
                break;
            }
        }
        int below = (int) Math.ceil(-least / step - 1e-9);
        int steps = (int) Math.max(1, Math.ceil((most > least ? most : 1) / step - 1e-9)) + below;
        bottom = -below * step;
        top = (steps - below) * step;
        for (int i = 0; i <= steps; i++) {
            double at = y(i / (double) steps);
            svg.append(String.format(
                    Locale.ROOT,
                    "<line class=\"grid\" x1=\"%d\" x2=\"%d\" y1=\"%.1f\" y2=\"%.1f\"/>"
                            + "<text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>",
                    LEFT,
                    WIDTH - RIGHT,
                    at,
                    at,
                    LEFT - 7,
                    at + 4,
                    text.apply((i - below) * step)));
        }
        svg.append(String.format(
                Locale.ROOT,
                "<text transform=\"translate(13 %.1f) rotate(-90)\" text-anchor=\"middle\">%s</text>",
                (y(0) + y(1)) / 2,
                label));
    }

    /** Where a value stands. */
    private double height(double value) {
        return y((value - bottom) / (top - bottom));
    }

    private void timeAxis(double from, double span) {
        double apart = SECONDS_APART[SECONDS_APART.length - 1];
        for (int i = SECONDS_APART.length - 1; i >= 0 && span / SECONDS_APART[i] <= MOST_TICKS; i--) {
            apart = SECONDS_APART[i];
        }
        while (span / apart > MOST_TICKS) {
            apart *= 10;
        }
        double unit = apart >= 86_400 ? 86_400 : apart >= 3600 ? 3600 : apart >= 60 ? 60 : 1;
        for (double at = Math.ceil(from / apart) * apart; at <= from + span; at += apart) {
            below(x((at - from) / span), Wording.number(at / unit));
        }
        axisTitle("time from the start in "
                + (unit == 1 ? "seconds" : unit == 60 ? "minutes" : unit == 3600 ? "hours" : "days"));
    }

    private void below(double x, String text) {
        svg.append(String.format(
                Locale.ROOT, "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", x, HEIGHT - 28, text));
    }

    private void axisTitle(String text) {
        svg.append(String.format(
                Locale.ROOT,
                "<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>",
                (x(0) + x(1)) / 2,
                HEIGHT - 8,
                text));
    }

    private String end() {
        return svg.append("</svg>").toString();
    }

    private static double x(double share) {
        return LEFT + share * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double share) {
        return HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM);
    }

    private static String time(double seconds) {
        if (seconds >= 1) {
            return Wording.seconds(seconds);
        }
        if (seconds >= 1e-3) {
            return Wording.number(seconds * 1e3) + "\u00a0ms";
        }
        return seconds >= 1e-6
                ? Wording.number(seconds * 1e6) + "\u00a0µs"
                : Wording.number(seconds * 1e9) + "\u00a0ns";
    }
}
