package dev.capstan.report;

import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.geom.AffineTransform;
import java.awt.image.BufferedImage;
import java.awt.image.DataBuffer;
import java.awt.image.IndexColorModel;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.imageio.ImageIO;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries;
import org.knowm.xchart.style.markers.SeriesMarkers;

/**
 * A picture for each policy of a league: a column for each load, disturbances contained above goodput, over the share of the
 * cap. At the first value of the faults it stands beside doing nothing and the policy compared with, dashed at the others.
 */
final class PolicyCharts {

    private static final int WIDTH = 760;
    private static final int LEGEND = 34;
    private static final int HEADING = 18;
    private static final int PANEL = 160;
    private static final int SHADES = 24;
    private static final Color INK = new Color(0x1f2933);
    private static final Color GRID = new Color(0xe4e7eb);
    private static final Color OWN = new Color(0x0b5cad);
    private static final Color COMPARED = new Color(0xb8500c);
    private static final Color NOTHING = new Color(0x8a94a0);
    private static final Pattern NUMBER = Pattern.compile("([0-9]+(?:\\.[0-9]+)?)\\s*(%?)");

    /** A line of every panel. */
    private record Line(String name, String policy, String faults, Color color, BasicStroke stroke) {}

    private final League league;

    private PolicyCharts(League league) {
        this.league = league;
    }

    static List<Path> write(League league, Path folder) throws IOException {
        List<Path> pictures = new ArrayList<>();
        for (String policy : league.folder().policies()) {
            Path picture = folder.resolve(ChartFiles.fileName(policy) + ".png");
            ImageIO.write(new PolicyCharts(league).draw(policy), "png", picture.toFile());
            pictures.add(picture);
        }
        return pictures;
    }

    private List<Line> lines(String policy) {
        List<String> faults = league.values(League.FAULTS);
        String sound = faults.get(0);
        List<Line> lines = new ArrayList<>();
        for (String other : league.folder().policies()) {
            if (!other.equals(policy)
                    && (other.equals(league.against()) || league.folder().isBaseline(other))) {
                Color color = other.equals(league.against()) ? COMPARED : NOTHING;
                lines.add(new Line(other, other, sound, color, new BasicStroke(1.4f)));
            }
        }
        for (int at = faults.size() - 1; at > 0; at--) {
            float[] dash = {7f / at, 3f};
            BasicStroke dashed = new BasicStroke(1.4f, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND, 1, dash, 0);
            lines.add(new Line("faults: " + faults.get(at), policy, faults.get(at), OWN, dashed));
        }
        lines.add(new Line(policy, policy, sound, OWN, new BasicStroke(2)));
        return lines;
    }

    private BufferedImage draw(String policy) {
        List<String> loads = league.values(League.LOAD);
        List<Line> lines = lines(policy);
        int height = LEGEND + 2 * (HEADING + PANEL);
        BufferedImage image = new BufferedImage(WIDTH, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, WIDTH, height);
        legend(graphics, lines);
        int width = WIDTH / loads.size();
        AffineTransform origin = graphics.getTransform();
        for (int column = 0; column < loads.size(); column++) {
            String load = loads.get(column);
            graphics.translate(column * width, LEGEND + HEADING);
            panel(load, lines, entry -> 100 * entry.safety(), 100.0).paint(graphics, width, PANEL);
            graphics.translate(0, PANEL + HEADING);
            panel(load, lines, League.Entry::goodput, mostGoodput(load)).paint(graphics, width, PANEL);
            graphics.setTransform(origin);
        }
        text(graphics, "disturbances contained, %, over the cap", 12, LEGEND + 13);
        text(graphics, "goodput, requests/s", 12, LEGEND + HEADING + PANEL + 13);
        graphics.dispose();
        return reduced(image);
    }

    /** The same with few colours, which make a small file: those of lines and text in shades up to white. */
    private static BufferedImage reduced(BufferedImage image) {
        List<Color> colors = List.of(INK, GRID, OWN, COMPARED, NOTHING);
        int[] palette = new int[colors.size() * SHADES];
        for (int at = 0; at < palette.length; at++) {
            double white = at % SHADES / (SHADES - 1.0);
            Color full = colors.get(at / SHADES);
            palette[at] = new Color(
                            lighter(full.getRed(), white),
                            lighter(full.getGreen(), white),
                            lighter(full.getBlue(), white))
                    .getRGB();
        }
        IndexColorModel model = new IndexColorModel(8, palette.length, palette, 0, false, -1, DataBuffer.TYPE_BYTE);
        BufferedImage out =
                new BufferedImage(image.getWidth(), image.getHeight(), BufferedImage.TYPE_BYTE_INDEXED, model);
        Map<Integer, Integer> nearest = new HashMap<>();
        for (int y = 0; y < image.getHeight(); y++) {
            for (int x = 0; x < image.getWidth(); x++) {
                int index = nearest.computeIfAbsent(image.getRGB(x, y), rgb -> nearest(palette, rgb));
                out.getRaster().setSample(x, y, 0, index);
            }
        }
        return out;
    }

    private static int lighter(int channel, double white) {
        return (int) Math.round(channel + white * (255 - channel));
    }

    private static int nearest(int[] palette, int rgb) {
        int best = 0;
        for (int at = 1; at < palette.length; at++) {
            if (distance(palette[at], rgb) < distance(palette[best], rgb)) {
                best = at;
            }
        }
        return best;
    }

    private static int distance(int one, int other) {
        int sum = 0;
        for (int shift = 0; shift <= 16; shift += 8) {
            int off = (one >> shift & 255) - (other >> shift & 255);
            sum += off * off;
        }
        return sum;
    }

    private double mostGoodput(String load) {
        return league.places().stream()
                .filter(place -> place.load().equals(load))
                .flatMap(place -> place.entries().stream())
                .mapToDouble(League.Entry::goodput)
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(1);
    }

    private static void text(Graphics2D graphics, String text, int x, int y) {
        graphics.setColor(INK);
        graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12));
        graphics.drawString(text, x, y);
    }

    private static void legend(Graphics2D graphics, List<Line> lines) {
        int x = 12;
        for (int at = lines.size() - 1; at >= 0; at--) {
            Line line = lines.get(at);
            graphics.setColor(line.color());
            graphics.setStroke(line.stroke());
            graphics.drawLine(x, 18, x + 26, 18);
            text(graphics, line.name(), x + 32, 22);
            x += 56 + graphics.getFontMetrics().stringWidth(line.name());
        }
    }

    private XYChart panel(String load, List<Line> lines, ToDoubleFunction<League.Entry> figure, double most) {
        XYChart chart =
                new XYChartBuilder().width(WIDTH).height(PANEL).title(load).build();
        chart.getStyler()
                .setAxisTickLabelsFont(new Font(Font.SANS_SERIF, Font.PLAIN, 10))
                .setAxisTickLabelsColor(INK)
                .setPlotGridLinesColor(GRID)
                .setXAxisTickLabelsFormattingFunction(share -> Math.round(share) + " %")
                .setXAxisMaxLabelCount(4)
                .setYAxisMin(0.0)
                .setYAxisMax(most);
        chart.getStyler()
                .setLegendVisible(false)
                .setChartTitleFont(new Font(Font.SANS_SERIF, Font.PLAIN, 12))
                .setChartBackgroundColor(Color.WHITE)
                .setPlotBorderVisible(false)
                .setChartTitleBoxVisible(false)
                .setLocale(Locale.ROOT);
        for (Line line : lines) {
            List<Double> shares = new ArrayList<>();
            List<Double> figures = new ArrayList<>();
            for (League.Place place : league.places()) {
                if (place.load().equals(load) && place.faults().equals(line.faults())) {
                    for (League.Entry entry : place.entries()) {
                        double value = figure.applyAsDouble(entry);
                        if (entry.policy().equals(line.policy()) && !Double.isNaN(value)) {
                            shares.add(percent(place.share()));
                            figures.add(value);
                        }
                    }
                }
            }
            if (!shares.isEmpty()) {
                XYSeries series = chart.addSeries(line.name(), shares, figures);
                series.setMarker(SeriesMarkers.NONE);
                series.setLineColor(line.color());
                series.setLineStyle(line.stroke());
            }
        }
        return chart;
    }

    /** A share as the experiment writes it, {@code 60 %} or {@code 0.6}. */
    private double percent(String share) {
        Matcher number = NUMBER.matcher(share.strip());
        if (!number.matches()) {
            throw new ReportException(
                    league.folder().path().resolve("manifest.json"),
                    League.SHARE + " must be a number, such as 60 %, found " + share);
        }
        return Double.parseDouble(number.group(1)) * (number.group(2).isEmpty() ? 100 : 1);
    }
}
