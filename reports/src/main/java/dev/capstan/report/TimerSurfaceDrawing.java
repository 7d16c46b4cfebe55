package dev.capstan.report;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Disturbances contained by one policy over rate window, scrape and operator interval, a panel for each exporter, beside what
 * the closed form expects; a line where that passes a half.
 */
record TimerSurfaceDrawing(TimerStudy study, String policy, String cap) implements Drawing {

    private static final int LEFT = 70;
    private static final int RIGHT = 24;
    private static final int TOP = 44;
    private static final int HEAD = 78;
    private static final int CELL_WIDTH = 62;
    private static final int CELL_HEIGHT = 46;
    private static final int ACROSS = 2;

    private List<String> windows() {
        return study.values(TimerStudy.WINDOW);
    }

    private int columns() {
        return study.values(TimerStudy.SCRAPE).size()
                * study.values(TimerStudy.OPERATOR).size();
    }

    private int panelWidth() {
        return LEFT + CELL_WIDTH * columns() + RIGHT;
    }

    private int panelHeight() {
        return HEAD + CELL_HEIGHT * windows().size() + 14;
    }

    @Override
    public int width() {
        return panelWidth() * Math.min(ACROSS, study.values(TimerStudy.EXPORTER).size());
    }

    @Override
    public int height() {
        int rows = (study.values(TimerStudy.EXPORTER).size() + ACROSS - 1) / ACROSS;
        return TOP + rows * panelHeight();
    }

    @Override
    public void draw(Pen pen) {
        pen.text(
                policy + " at " + Wording.axisValue(cap)
                        + ": disturbances contained, %; below it the closed form, and a line where that passes 50 %",
                16,
                28,
                15,
                INK,
                0);
        List<String> exporters = study.values(TimerStudy.EXPORTER);
        for (int at = 0; at < exporters.size(); at++) {
            panel(pen, exporters.get(at), at % ACROSS * panelWidth(), TOP + at / ACROSS * panelHeight());
        }
    }

    private void panel(Pen pen, String exporter, int left, int top) {
        pen.text(exporter, left + LEFT, top + 18.0, 14, INK, 0);
        List<String> scrapes = study.values(TimerStudy.SCRAPE);
        List<String> operators = study.values(TimerStudy.OPERATOR);
        pen.text("operator", left + LEFT - 10.0, top + HEAD - 10.0, 11, SOFT, 1);
        double[][] expected = new double[windows().size()][columns()];
        for (int column = 0; column < columns(); column++) {
            String scrape = scrapes.get(column / operators.size());
            String operator = operators.get(column % operators.size());
            double middle = left + LEFT + CELL_WIDTH * (column + 0.5);
            if (column % operators.size() == 0) {
                double over = left + LEFT + CELL_WIDTH * (column + operators.size() / 2.0);
                pen.text("scrape " + Wording.axisValue(scrape), over, top + 42.0, 12, SOFT, 0.5);
            }
            pen.text(Wording.axisValue(operator), middle, top + HEAD - 10.0, 12, INK, 0.5);
            for (int row = 0; row < windows().size(); row++) {
                Map<String, String> at = new HashMap<>();
                at.put(TimerStudy.FAULTS, study.sound());
                at.put(TimerStudy.EXPORTER, exporter);
                at.put(TimerStudy.CAP, cap);
                at.put(TimerStudy.SCRAPE, scrape);
                at.put(TimerStudy.OPERATOR, operator);
                at.put(TimerStudy.WINDOW, windows().get(row));
                List<TimerStudy.Cell> cells = study.cells(policy, at);
                expected[row][column] = study.expected(cells);
                double share = TimerStudy.Outcome.of(cells).success().estimate();
                double y = top + HEAD + CELL_HEIGHT * (double) row;
                pen.rectangle(middle - CELL_WIDTH / 2.0, y, CELL_WIDTH - 1.0, CELL_HEIGHT - 1.0, Ramp.colour(share));
                pen.text(Wording.bareFigure(share), middle, y + 21, 14, INK, 0.5);
                pen.text(Wording.bareFigure(expected[row][column]), middle, y + 38, 11, INK, 0.5);
            }
        }
        for (int row = 0; row < windows().size(); row++) {
            double y = top + HEAD + CELL_HEIGHT * (row + 0.5);
            pen.text(Wording.axisValue(windows().get(row)), left + LEFT - 10.0, y + 4, 12, INK, 1);
        }
        cliff(pen, expected, left + LEFT, top + HEAD);
    }

    /** The borders between cells on either side of a half. */
    private static void cliff(Pen pen, double[][] expected, int left, int top) {
        for (int row = 0; row < expected.length; row++) {
            for (int column = 0; column < expected[row].length; column++) {
                boolean above = expected[row][column] >= 0.5;
                double x = left + CELL_WIDTH * (double) column;
                double y = top + CELL_HEIGHT * (double) row;
                if (row > 0 && above != expected[row - 1][column] >= 0.5) {
                    pen.line(INK, 2.6f, x, y - 0.5, x + CELL_WIDTH, y - 0.5);
                }
                if (column > 0 && above != expected[row][column - 1] >= 0.5) {
                    pen.line(INK, 2.6f, x - 0.5, y, x - 0.5, y + CELL_HEIGHT);
                }
            }
        }
    }
}
