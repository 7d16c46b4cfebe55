package dev.capstan.report;

import java.awt.Color;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.util.List;

/** Shares over the values of an axis, marks with intervals for each series, joined where the values are a few that were given. */
record LinesDrawing(String title, Ruler axis, List<Line> lines) implements Drawing {

    private static final int WIDTH = 760;
    private static final int LEFT = 60;
    private static final int RIGHT = 20;
    private static final int TOP = 56;
    private static final int TALL = 300;
    private static final int KEY = 20;
    private static final Color[] COLOURS = {
        new Color(0x0b5cad), new Color(0xb8500c), new Color(0x15795a), new Color(0x9b3c86),
        new Color(0x7d6608), new Color(0x2f86b5), new Color(0x4b5563), new Color(0xa32020)
    };

    record Line(String name, List<Mark> marks) {}

    /** @param at share of the axis that lies before it */
    record Mark(double at, double share, double low, double high) {}

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return TOP + TALL + 62 + KEY * lines.size();
    }

    @Override
    public void draw(Pen pen) {
        pen.text(title, 20, 30, 16, INK, 0);
        for (int percent = 0; percent <= 100; percent += 25) {
            pen.line(GRID, 1, LEFT, y(percent / 100.0), WIDTH - RIGHT, y(percent / 100.0));
            pen.text(percent + (percent == 100 ? " %" : ""), LEFT - 10.0, y(percent / 100.0) + 4, 12, SOFT, 1);
        }
        for (Ruler.Tick tick : axis.ticks()) {
            pen.text(tick.word(), x(tick.at()), TOP + TALL + 20.0, 12, SOFT, 0.5);
        }
        pen.text(axis.name(), (LEFT + WIDTH - RIGHT) / 2.0, TOP + TALL + 40.0, 12, SOFT, 0.5);
        for (int at = 0; at < lines.size(); at++) {
            Color colour = COLOURS[at % COLOURS.length];
            double aside =
                    axis.isRange() ? 0 : (at - (lines.size() - 1) / 2.0) * Math.min(8, each() * 0.6 / lines.size());
            Path2D path = new Path2D.Double();
            for (Mark mark : lines.get(at).marks()) {
                double x = x(mark.at()) + aside;
                if (path.getCurrentPoint() == null) {
                    path.moveTo(x, y(mark.share()));
                } else {
                    path.lineTo(x, y(mark.share()));
                }
                pen.line(colour, 1, x, y(mark.low()), x, y(mark.high()));
                pen.fill(new Ellipse2D.Double(x - 4, y(mark.share()) - 4, 8, 8), colour);
            }
            if (!axis.isRange()) {
                pen.stroke(path, colour, 1.4f);
            }
            double key = TOP + TALL + 62.0 + KEY * at;
            pen.fill(new Ellipse2D.Double(LEFT, key - 8, 8, 8), colour);
            pen.text(lines.get(at).name(), LEFT + 16.0, key, 12, INK, 0);
        }
    }

    private double each() {
        return (double) (WIDTH - LEFT - RIGHT) / Math.max(1, axis.ticks().size());
    }

    private static double x(double at) {
        return LEFT + (WIDTH - LEFT - RIGHT) * at;
    }

    private static double y(double share) {
        return TOP + TALL * (1 - Math.min(1, Math.max(0, share)));
    }
}
