package dev.capstan.report;

import java.awt.Color;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Path2D;
import java.util.List;

/**
 * Shares contained over the latency of the loop, a line for each series, with the time in which disturbances must be over.
 *
 * @param containSeconds that time
 */
record TimerLatencyDrawing(String title, double containSeconds, List<Line> lines) implements Drawing {

    /** @param expected whether it is the closed form, which is drawn as a broad band and has no intervals */
    record Line(String name, boolean expected, List<Mark> marks) {}

    record Mark(double seconds, double share, double low, double high) {}

    static final Color[] COLOURS = {
        new Color(0x0b5cad), new Color(0xb8500c), new Color(0x15795a), new Color(0x9b3c86), new Color(0x7d6608)
    };

    private static final Color EXPECTED = new Color(0xc3ccd5);
    private static final double[] TICKS = {5, 10, 20, 40, 60, 100, 200, 300};
    private static final int WIDTH = 820;
    private static final int LEFT = 60;
    private static final int RIGHT = 24;
    private static final int TOP = 52;
    private static final int TALL = 300;
    private static final int KEY = 20;

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return TOP + TALL + 66 + KEY * lines.size();
    }

    @Override
    public void draw(Pen pen) {
        pen.text(title, 20, 28, 15, INK, 0);
        for (int percent = 0; percent <= 100; percent += 25) {
            pen.line(GRID, 1, LEFT, y(percent / 100.0), WIDTH - RIGHT, y(percent / 100.0));
            pen.text(percent + (percent == 100 ? " %" : ""), LEFT - 10.0, y(percent / 100.0) + 4, 12, SOFT, 1);
        }
        for (double tick : TICKS) {
            pen.line(GRID, 1, x(tick), TOP, x(tick), TOP + TALL);
            pen.text(Wording.number(tick), x(tick), TOP + TALL + 18.0, 12, SOFT, 0.5);
        }
        pen.text(
                "mean latency of the loop by the closed form, s",
                (LEFT + WIDTH - RIGHT) / 2.0,
                TOP + TALL + 38.0,
                12,
                SOFT,
                0.5);
        pen.line(INK, 1.2f, x(containSeconds), TOP, x(containSeconds), TOP + TALL);
        int colour = 0;
        for (int at = 0; at < lines.size(); at++) {
            Line line = lines.get(at);
            Color ink = line.expected() ? EXPECTED : COLOURS[colour++ % COLOURS.length];
            line(pen, line, ink, line.expected() ? 0 : (colour - 2.5) * 3);
            double key = TOP + TALL + 66.0 + KEY * at;
            pen.fill(new Ellipse2D.Double(LEFT, key - 8, 8, 8), ink);
            pen.text(line.name(), LEFT + 16.0, key, 12, INK, 0);
        }
    }

    private void line(Pen pen, Line line, Color ink, double aside) {
        Path2D path = new Path2D.Double();
        for (Mark mark : line.marks()) {
            double x = x(mark.seconds()) + aside;
            if (path.getCurrentPoint() == null) {
                path.moveTo(x, y(mark.share()));
            } else {
                path.lineTo(x, y(mark.share()));
            }
            if (!line.expected()) {
                pen.line(ink, 1, x, y(mark.low()), x, y(mark.high()));
                pen.fill(new Ellipse2D.Double(x - 3.5, y(mark.share()) - 3.5, 7, 7), ink);
            }
        }
        pen.stroke(path, ink, line.expected() ? 9 : 1.4f);
    }

    private static double x(double seconds) {
        double from = StrictMath.log(TICKS[0]);
        double to = StrictMath.log(TICKS[TICKS.length - 1]);
        double at = (StrictMath.log(Math.max(TICKS[0], seconds)) - from) / (to - from);
        return LEFT + Math.min(1, at) * (WIDTH - LEFT - RIGHT);
    }

    private static double y(double share) {
        return TOP + TALL * (1 - Math.min(1, Math.max(0, share)));
    }
}
