package dev.capstan.report;

import dev.capstan.sim.results.Interval;
import java.awt.Color;
import java.util.List;
import java.util.Map;

/**
 * Shares of the variance, a group of bars for each term and in it one for each policy, with intervals.
 *
 * @param shares by term in words, the largest first, then by policy
 */
record TimerVarianceDrawing(String title, List<String> policies, Map<String, Map<String, Interval>> shares)
        implements Drawing {

    private static final int WIDTH = 820;
    private static final int LEFT = 240;
    private static final int RIGHT = 30;
    private static final int TOP = 78;
    private static final int BAR = 9;
    private static final int GAP = 10;

    private int each() {
        return BAR * policies.size() + GAP;
    }

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return TOP + each() * shares.size() + 48;
    }

    @Override
    public void draw(Pen pen) {
        pen.text(title, 20, 28, 15, INK, 0);
        for (int policy = 0; policy < policies.size(); policy++) {
            double left = LEFT + policy * (WIDTH - LEFT - RIGHT) / (double) policies.size();
            pen.rectangle(left, 46, 16, BAR, colour(policy));
            pen.text(policies.get(policy), left + 22, 55, 12, SOFT, 0);
        }
        double most = shares.values().stream()
                .flatMap(term -> term.values().stream())
                .mapToDouble(Interval::high)
                .max()
                .orElse(1);
        double step = Drawing.step(most, 5);
        double end = step * Math.ceil(most / step);
        double base = TOP + each() * (double) shares.size();
        for (int tick = 0; tick * step <= end + step / 2; tick++) {
            double x = x(tick * step, end);
            pen.line(GRID, 1, x, TOP, x, base);
            pen.text(Wording.number(100 * tick * step), x, base + 18, 12, SOFT, 0.5);
        }
        pen.text("share of the variance, %", (LEFT + WIDTH - RIGHT) / 2.0, base + 38, 12, SOFT, 0.5);
        double top = TOP;
        for (Map.Entry<String, Map<String, Interval>> term : shares.entrySet()) {
            pen.text(term.getKey(), LEFT - 12.0, top + each() / 2.0, 12, INK, 1);
            for (int policy = 0; policy < policies.size(); policy++) {
                Interval share = term.getValue().get(policies.get(policy));
                if (share != null) {
                    double y = top + GAP / 2.0 + BAR * policy;
                    pen.rectangle(LEFT, y, x(share.estimate(), end) - LEFT, BAR - 1.0, colour(policy));
                    double middle = y + (BAR - 1) / 2.0;
                    pen.line(INK, 1, x(Math.max(0, share.low()), end), middle, x(share.high(), end), middle);
                }
            }
            top += each();
        }
    }

    private static Color colour(int policy) {
        return TimerLatencyDrawing.COLOURS[policy % TimerLatencyDrawing.COLOURS.length];
    }

    private static double x(double share, double end) {
        return LEFT + share / end * (WIDTH - LEFT - RIGHT);
    }
}
