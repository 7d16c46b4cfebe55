package dev.capstan.report;

import java.awt.Color;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A tornado chart as a picture: bars of low ends over those of high ends, the widest pair at the top. */
final class TornadoDrawing implements Drawing {

    private static final int WIDTH = 860;
    private static final int LEFT = 220;
    private static final int RIGHT = 30;
    private static final int TOP = 84;
    private static final int BOTTOM = 62;
    private static final int EACH = 38;
    private static final int BAR = 13;
    private static final int TICKS = 6;
    private static final Color LOW = new Color(0x0b5cad);
    private static final Color HIGH = new Color(0xb8500c);

    private final Tornado tornado;
    private final int base;
    private final double least;
    private final double most;

    private final double step;

    TornadoDrawing(Tornado tornado) {
        this.tornado = tornado;
        base = TOP + EACH * tornado.bars().size();
        double[] reach = tornado.bars().stream()
                .flatMap(bar -> Stream.of(bar.low(), bar.high()))
                .flatMapToDouble(end -> end == null ? DoubleStream.of(0) : DoubleStream.of(end.low(), end.high()))
                .filter(value -> !Double.isNaN(value))
                .toArray();
        double lowest = Math.min(0, DoubleStream.of(reach).min().orElse(0));
        double highest = Math.max(0, DoubleStream.of(reach).max().orElse(1));
        step = Drawing.step(highest - lowest, TICKS);
        least = step * Math.floor(lowest / step);
        most = step * Math.ceil(highest / step);
    }

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return base + BOTTOM;
    }

    @Override
    public void draw(Pen pen) {
        pen.text(
                tornado.policy() + ", cap " + Wording.watts(tornado.capWatts()) + ": change of "
                        + tornado.outcome().words,
                WIDTH / 2.0,
                28,
                15,
                INK,
                0.5);
        legend(pen);
        for (long tick = Math.round(least / step); tick * step <= most + step / 2; tick++) {
            pen.line(GRID, 1, x(tick * step), TOP, x(tick * step), base);
            pen.text(signed(tick * step), x(tick * step), base + 18, 12, SOFT, 0.5);
        }
        pen.text(tornado.outcome().unit, (LEFT + WIDTH - RIGHT) / 2.0, base + 42, 12, SOFT, 0.5);
        pen.line(INK, 1.4f, x(0), TOP, x(0), base);
        for (int at = 0; at < tornado.bars().size(); at++) {
            Tornado.Bar bar = tornado.bars().get(at);
            int y = TOP + EACH * at;
            List<String> values = new ArrayList<>();
            end(pen, bar.low(), y + 6, LOW, values);
            end(pen, bar.high(), y + 6 + BAR, HIGH, values);
            pen.text(bar.name(), LEFT - 14.0, y + 17, 13, INK, 1);
            pen.text(String.join(" to ", values), LEFT - 14.0, y + 31, 11, SOFT, 1);
        }
    }

    private static void legend(Pen pen) {
        bar(pen, LEFT, 50, 24, LOW);
        pen.text("low end", LEFT + 32.0, 60, 12, SOFT, 0);
        bar(pen, LEFT + 110.0, 50, 24, HIGH);
        pen.text("high end", LEFT + 142.0, 60, 12, SOFT, 0);
        pen.line(INK, 1.2f, LEFT + 230.0, 56, LEFT + 254.0, 56);
        pen.text("95 % interval of the paired difference", LEFT + 262.0, 60, 12, SOFT, 0);
    }

    private void end(Pen pen, Tornado.@Nullable End end, double y, Color color, List<String> values) {
        if (end == null) {
            return;
        }
        values.add(end.value());
        if (Double.isNaN(end.change())) {
            return;
        }
        bar(pen, Math.min(x(0), x(end.change())), y, Math.abs(x(end.change()) - x(0)), color);
        if (end.low() < end.high()) {
            double middle = y + BAR / 2.0;
            pen.line(INK, 1.2f, x(end.low()), middle, x(end.high()), middle);
            pen.line(INK, 1.2f, x(end.low()), middle - 3, x(end.low()), middle + 3);
            pen.line(INK, 1.2f, x(end.high()), middle - 3, x(end.high()), middle + 3);
        }
    }

    private double x(double value) {
        return LEFT + (value - least) / (most - least) * (WIDTH - LEFT - RIGHT);
    }

    private static void bar(Pen pen, double x, double y, double width, Color color) {
        pen.rectangle(x, y, width, BAR - 1.0, color);
    }

    private static String signed(double value) {
        return (value > 0 ? "+" : "") + Wording.number(value);
    }
}
