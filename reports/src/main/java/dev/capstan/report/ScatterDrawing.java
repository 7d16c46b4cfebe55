package dev.capstan.report;

import java.awt.geom.Ellipse2D;
import java.util.List;

/**
 * Disturbances contained of one policy at one cap, over two axes of which one at least was sampled from a range.
 *
 * @param place values of the other settings; empty where there are none
 */
record ScatterDrawing(ResultsFolder folder, List<Point> points, int xAxis, int yAxis, String place) implements Drawing {

    private static final int WIDTH = 720;
    private static final int LEFT = 110;
    private static final int RIGHT = 24;
    private static final int TOP = 70;
    private static final int TALL = 400;
    private static final double RADIUS = 8;

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return TOP + TALL + 90;
    }

    @Override
    public void draw(Pen pen) {
        Ruler across = Ruler.of(folder.manifest().axes().get(xAxis));
        Ruler up = Ruler.of(folder.manifest().axes().get(yAxis));
        Point any = points.get(0);
        pen.text(
                any.policy() + ": disturbances contained in %, cap " + Wording.watts(any.capWatts())
                        + (place.isEmpty() ? "" : ", " + place),
                20,
                30,
                16,
                INK,
                0);
        pen.text("↑ " + up.name(), LEFT, TOP - 12.0, 12, SOFT, 0);
        for (Ruler.Tick tick : across.ticks()) {
            pen.line(GRID, 1, x(tick.at()), TOP, x(tick.at()), TOP + TALL);
            pen.text(tick.word(), x(tick.at()), TOP + TALL + 18.0, 12, SOFT, 0.5);
        }
        for (Ruler.Tick tick : up.ticks()) {
            pen.line(GRID, 1, LEFT, y(tick.at()), WIDTH - RIGHT, y(tick.at()));
            pen.text(tick.word(), LEFT - 10.0, y(tick.at()) + 4, 12, SOFT, 1);
        }
        pen.text(across.name(), (LEFT + WIDTH - RIGHT) / 2.0, TOP + TALL + 38.0, 12, SOFT, 0.5);
        for (Point point : points) {
            double x = x(across.place(point.axisValues().get(xAxis)));
            double y = y(up.place(point.axisValues().get(yAxis)));
            Ellipse2D mark = new Ellipse2D.Double(x - RADIUS, y - RADIUS, 2 * RADIUS, 2 * RADIUS);
            pen.fill(mark, Ramp.colour(point.successRate()));
            pen.stroke(mark, INK, 0.8f);
        }
        double key = TOP + TALL + 66.0;
        pen.text("0", LEFT, key, 12, SOFT, 1.5);
        for (int step = 0; step <= 100; step++) {
            pen.rectangle(LEFT + 2.0 * step, key - 11, 2, 12, Ramp.colour(step / 100.0));
        }
        pen.text("100 %", LEFT + 210.0, key, 12, SOFT, 0);
    }

    private static double x(double at) {
        return LEFT + (WIDTH - LEFT - RIGHT) * at;
    }

    private static double y(double at) {
        return TOP + TALL * (1 - at);
    }
}
