package dev.capstan.report;

import java.awt.Color;
import java.awt.geom.Path2D;
import java.util.Arrays;
import java.util.List;

/** The course of one run: true power beside the cap and what it would have been without capping. */
record TimelineDrawing(String title, Timeline run) implements Drawing {

    private static final int WIDTH = 1100;
    private static final int LEFT = 62;
    private static final int RIGHT = 20;
    private static final int TOP = 70;
    private static final int TALL = 280;
    private static final List<Course> COURSES = List.of(
            new Course("reference, uncapped", Timeline.Series.REFERENCE, new Color(0x8a94a0), 1),
            new Course("highest 1 s average", Timeline.Series.POWER_MAX, new Color(0x8ab6e0), 1),
            new Course("mean", Timeline.Series.POWER_MEAN, new Color(0x0b5cad), 1.6f),
            new Course("cap", Timeline.Series.CAP, new Color(0xb42318), 1.6f));

    private record Course(String name, Timeline.Series series, Color colour, float width) {}

    @Override
    public int width() {
        return WIDTH;
    }

    @Override
    public int height() {
        return TOP + TALL + 54;
    }

    @Override
    public void draw(Pen pen) {
        int buckets = run.get(Timeline.Series.POWER_MEAN).length;
        double first = run.beginSeconds();
        double last = first + Math.max(1, buckets * run.bucketSeconds());
        double highest = COURSES.stream()
                .flatMapToDouble(course -> Arrays.stream(run.get(course.series())))
                .filter(watts -> !Double.isNaN(watts))
                .max()
                .orElse(1);
        double step = Drawing.step(highest / 1000, 5);
        double top = step * Math.ceil(highest / 1000 / step);
        pen.text(title, 20, 28, 16, INK, 0);
        double key = LEFT;
        for (Course course : COURSES) {
            pen.line(course.colour(), 3, key, 48, key + 22, 48);
            pen.text(course.name(), key + 30, 52, 12, SOFT, 0);
            key += 190;
        }
        for (int tick = 0; tick * step <= top + step / 2; tick++) {
            double y = TOP + TALL * (1 - tick * step / top);
            pen.line(GRID, 1, LEFT, y, WIDTH - RIGHT, y);
            pen.text(Wording.number(tick * step), LEFT - 10.0, y + 4, 12, SOFT, 1);
        }
        pen.text("kW", LEFT - 10.0, TOP - 12.0, 12, SOFT, 1);
        double scale = (WIDTH - LEFT - RIGHT) / (last - first);
        double seconds = Drawing.step(last - first, 8);
        for (double tick = seconds * Math.ceil(first / seconds); tick <= last; tick += seconds) {
            pen.text(Wording.number(tick), LEFT + (tick - first) * scale, TOP + TALL + 20.0, 12, SOFT, 0.5);
        }
        pen.text("time, s", (LEFT + WIDTH - RIGHT) / 2.0, TOP + TALL + 42.0, 12, SOFT, 0.5);
        for (Course course : COURSES) {
            double[] watts = run.get(course.series());
            Path2D path = new Path2D.Double();
            boolean down = false;
            for (int at = 0; at < watts.length; at++) {
                if (Double.isNaN(watts[at])) {
                    down = false;
                    continue;
                }
                double x = tenth(LEFT + at * run.bucketSeconds() * scale);
                double y = tenth(TOP + TALL * (1 - watts[at] / 1000 / top));
                if (down) {
                    path.lineTo(x, y);
                } else {
                    path.moveTo(x, y);
                }
                path.lineTo(tenth(LEFT + (at + 1) * run.bucketSeconds() * scale), y);
                down = true;
            }
            pen.stroke(path, course.colour(), course.width());
        }
    }

    /** More digits than anyone sees make the file large. */
    private static double tenth(double coordinate) {
        return Math.rint(10 * coordinate) / 10;
    }
}
