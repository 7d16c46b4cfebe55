package dev.capstan.report;

import java.awt.Color;
import java.util.List;

/** Which axis matters most to a figure of a policy: a bar for each share of the variance, the largest at the top. */
record VarianceDrawing(String title, List<VarianceShares.Share> shares) implements Drawing {

    private static final int WIDTH = 820;
    private static final int LEFT = 250;
    private static final int RIGHT = 70;
    private static final int TOP = 84;
    private static final int EACH = 30;
    private static final int BAR = 14;
    private static final int TICKS = 5;
    private static final Color ALONE = new Color(0x0b5cad);
    private static final Color TOGETHER = new Color(0xb8500c);

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return TOP + EACH * shares.size() + 52;
    }

    @Override
    public void draw(Pen pen) {
        double lowest = Math.min(
                0, shares.stream().mapToDouble(VarianceShares.Share::low).min().orElse(0));
        double highest = shares.stream()
                .mapToDouble(share -> Math.max(share.share(), share.high()))
                .max()
                .orElse(1);
        double step = Drawing.step(highest - lowest, TICKS);
        double least = step * Math.floor(lowest / step);
        double most = step * Math.ceil(highest / step);
        pen.text(title, 20, 28, 15, INK, 0);
        pen.rectangle(LEFT, 46, 22, 10, ALONE);
        pen.text("an axis alone", LEFT + 30.0, 56, 12, SOFT, 0);
        pen.rectangle(LEFT + 140.0, 46, 22, 10, TOGETHER);
        pen.text("axes together", LEFT + 170.0, 56, 12, SOFT, 0);
        double base = TOP + EACH * shares.size();
        for (long tick = Math.round(least / step); tick * step <= most + step / 2; tick++) {
            double x = x(tick * step, least, most);
            pen.line(GRID, 1, x, TOP, x, base);
            pen.text(Wording.number(100 * tick * step), x, base + 18, 12, SOFT, 0.5);
        }
        pen.text("share of the variance over the points, %", (LEFT + WIDTH - RIGHT) / 2.0, base + 40, 12, SOFT, 0.5);
        double zero = x(0, least, most);
        pen.line(INK, 1.4f, zero, TOP, zero, base);
        for (int at = 0; at < shares.size(); at++) {
            VarianceShares.Share share = shares.get(at);
            double y = TOP + EACH * at + 8.0;
            double end = x(share.share(), least, most);
            Color colour = share.kind().equals("main") || share.kind().equals("first") ? ALONE : TOGETHER;
            pen.rectangle(Math.min(zero, end), y, Math.abs(end - zero), BAR, colour);
            double low = x(share.low(), least, most);
            double high = x(share.high(), least, most);
            if (share.low() < share.high()) {
                double middle = y + BAR / 2.0;
                pen.line(INK, 1.2f, low, middle, high, middle);
                pen.line(INK, 1.2f, low, middle - 4, low, middle + 4);
                pen.line(INK, 1.2f, high, middle - 4, high, middle + 4);
            }
            pen.text(share.words() + (share.isTotal() ? ", with others" : ""), LEFT - 12.0, y + 12, 13, INK, 1);
            pen.text(Wording.percent(share.share()), Math.max(end, high) + 8, y + 12, 12, SOFT, 0);
        }
    }

    private static double x(double share, double least, double most) {
        return LEFT + (share - least) / (most - least) * (WIDTH - LEFT - RIGHT);
    }
}
