package dev.capstan.report;

import java.util.List;

/**
 * Disturbances contained over two settings of one policy at one cap, with the interval in each cell.
 *
 * @param xAxis index of the axis across, {@code yAxis} of the one down
 */
record SurfaceDrawing(ResultsFolder folder, List<Point> points, int xAxis, int yAxis) implements Drawing {

    private static final int LEFT = 130;
    private static final int TOP = 92;
    private static final int CELL_WIDTH = 104;
    private static final int CELL_HEIGHT = 58;

    private Manifest.Axis x() {
        return folder.manifest().axes().get(xAxis);
    }

    private Manifest.Axis y() {
        return folder.manifest().axes().get(yAxis);
    }

    @Override
    public int width() {
        return Math.max(560, LEFT + CELL_WIDTH * x().values().size() + 24);
    }

    @Override
    public int height() {
        return TOP + CELL_HEIGHT * y().values().size() + 24;
    }

    @Override
    public void draw(Pen pen) {
        Point any = points.get(0);
        pen.text(
                any.policy() + ": disturbances contained in %, cap " + Wording.watts(any.capWatts()),
                20,
                30,
                16,
                INK,
                0);
        pen.text(Wording.axisName(x().path()), LEFT + CELL_WIDTH * x().values().size() / 2.0, 58, 13, SOFT, 0.5);
        pen.text(Wording.axisName(y().path()), LEFT - 14.0, 80, 13, SOFT, 1);
        for (int column = 0; column < x().values().size(); column++) {
            double middle = LEFT + CELL_WIDTH * (column + 0.5);
            pen.text(Wording.axisValue(x().values().get(column)), middle, 80, 13, INK, 0.5);
        }
        for (int row = 0; row < y().values().size(); row++) {
            double middle = TOP + CELL_HEIGHT * (row + 0.5);
            pen.text(Wording.axisValue(y().values().get(row)), LEFT - 14.0, middle + 5, 13, INK, 1);
        }
        for (Point point : points) {
            double left =
                    LEFT + CELL_WIDTH * x().values().indexOf(point.axisValues().get(xAxis));
            double top =
                    TOP + CELL_HEIGHT * y().values().indexOf(point.axisValues().get(yAxis));
            pen.rectangle(left, top, CELL_WIDTH - 1.0, CELL_HEIGHT - 1.0, Ramp.colour(point.successRate()));
            double middle = left + CELL_WIDTH / 2.0;
            pen.text(Wording.bareFigure(point.successRate()), middle, top + 27, 16, INK, 0.5);
            String interval = Wording.bareFigure(point.successLow()) + " to " + Wording.bareFigure(point.successHigh());
            pen.text(interval, middle, top + 45, 12, INK, 0.5);
        }
    }
}
