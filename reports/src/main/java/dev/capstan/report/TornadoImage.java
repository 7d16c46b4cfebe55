package dev.capstan.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A tornado chart as a picture: bars of low ends over those of high ends, the widest pair at the top. Drawn by hand, since
 * the chart library has no horizontal bars with intervals.
 */
final class TornadoImage {

    private static final int WIDTH = 860;
    private static final int LEFT = 220;
    private static final int RIGHT = 30;
    private static final int TOP = 84;
    private static final int BOTTOM = 62;
    private static final int EACH = 38;
    private static final int BAR = 13;
    private static final int TICKS = 6;
    private static final Color INK = new Color(0x1f2933);
    private static final Color SOFT = new Color(0x4a5663);
    private static final Color GRID = new Color(0xe4e7eb);
    private static final Color LOW = new Color(0x0b5cad);
    private static final Color HIGH = new Color(0xb8500c);

    private final Tornado tornado;
    private final Graphics2D graphics;
    private final int base;
    private final double least;
    private final double most;

    private TornadoImage(Tornado tornado, BufferedImage image) {
        this.tornado = tornado;
        graphics = image.createGraphics();
        base = TOP + EACH * tornado.bars().size();
        double[] reach = tornado.bars().stream()
                .flatMap(bar -> Stream.of(bar.low(), bar.high()))
                .flatMapToDouble(end -> end == null ? DoubleStream.of(0) : DoubleStream.of(end.low(), end.high()))
                .filter(value -> !Double.isNaN(value))
                .toArray();
        double step = step(reach);
        least = step * Math.floor(Math.min(0, DoubleStream.of(reach).min().orElse(0)) / step);
        most = step * Math.ceil(Math.max(0, DoubleStream.of(reach).max().orElse(1)) / step);
        draw(step);
        graphics.dispose();
    }

    static BufferedImage of(Tornado tornado) {
        BufferedImage image =
                new BufferedImage(WIDTH, TOP + EACH * tornado.bars().size() + BOTTOM, BufferedImage.TYPE_INT_RGB);
        new TornadoImage(tornado, image);
        return image;
    }

    /** A round number so that a few steps reach from end to end. */
    private static double step(double[] reach) {
        double span = Math.max(0, DoubleStream.of(reach).max().orElse(0))
                - Math.min(0, DoubleStream.of(reach).min().orElse(0));
        double raw = span / TICKS;
        double power = StrictMath.pow(10, Math.floor(StrictMath.log10(raw)));
        return DoubleStream.of(1, 2, 2.5, 5, 10)
                .map(times -> times * power)
                .filter(step -> step >= raw)
                .findFirst()
                .orElse(raw);
    }

    private void draw(double step) {
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, WIDTH, base + BOTTOM);
        text(
                tornado.policy() + ", cap " + Wording.watts(tornado.capWatts()) + ": change of "
                        + tornado.outcome().words,
                WIDTH / 2.0,
                28,
                15,
                INK,
                0.5);
        legend();
        for (long tick = Math.round(least / step); tick * step <= most + step / 2; tick++) {
            line(GRID, 1, x(tick * step), TOP, x(tick * step), base);
            text(signed(tick * step), x(tick * step), base + 18, 12, SOFT, 0.5);
        }
        text(tornado.outcome().unit, (LEFT + WIDTH - RIGHT) / 2.0, base + 42, 12, SOFT, 0.5);
        line(INK, 1.4f, x(0), TOP, x(0), base);
        for (int at = 0; at < tornado.bars().size(); at++) {
            Tornado.Bar bar = tornado.bars().get(at);
            int y = TOP + EACH * at;
            List<String> values = new ArrayList<>();
            end(bar.low(), y + 6, LOW, values);
            end(bar.high(), y + 6 + BAR, HIGH, values);
            text(bar.name(), LEFT - 14.0, y + 17, 13, INK, 1);
            text(String.join(" to ", values), LEFT - 14.0, y + 31, 11, SOFT, 1);
        }
    }

    private void legend() {
        bar(LEFT, 50, 24, LOW);
        text("low end", LEFT + 32.0, 60, 12, SOFT, 0);
        bar(LEFT + 110.0, 50, 24, HIGH);
        text("high end", LEFT + 142.0, 60, 12, SOFT, 0);
        line(INK, 1.2f, LEFT + 230.0, 56, LEFT + 254.0, 56);
        text("95 % interval of the paired difference", LEFT + 262.0, 60, 12, SOFT, 0);
    }

    private void end(Tornado.@Nullable End end, double y, Color color, List<String> values) {
        if (end == null) {
            return;
        }
        values.add(end.value());
        if (Double.isNaN(end.change())) {
            return;
        }
        bar(Math.min(x(0), x(end.change())), y, Math.abs(x(end.change()) - x(0)), color);
        if (end.low() < end.high()) {
            double middle = y + BAR / 2.0;
            line(INK, 1.2f, x(end.low()), middle, x(end.high()), middle);
            line(INK, 1.2f, x(end.low()), middle - 3, x(end.low()), middle + 3);
            line(INK, 1.2f, x(end.high()), middle - 3, x(end.high()), middle + 3);
        }
    }

    private double x(double value) {
        return LEFT + (value - least) / (most - least) * (WIDTH - LEFT - RIGHT);
    }

    private void bar(double x, double y, double width, Color color) {
        graphics.setColor(color);
        graphics.fill(new Rectangle2D.Double(x, y, width, BAR - 1.0));
    }

    private void line(Color color, float width, double x1, double y1, double x2, double y2) {
        graphics.setColor(color);
        graphics.setStroke(new BasicStroke(width));
        graphics.draw(new Line2D.Double(x1, y1, x2, y2));
    }

    /** @param before share of the text that stands left of x */
    private void text(String text, double x, double y, int size, Color color, double before) {
        graphics.setColor(color);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
        graphics.drawString(
                text, (float) (x - before * graphics.getFontMetrics().stringWidth(text)), (float) y);
    }

    private static String signed(double value) {
        return (value > 0 ? "+" : "") + Wording.number(value);
    }
}
