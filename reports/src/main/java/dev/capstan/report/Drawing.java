package dev.capstan.report;

import de.erichseifert.vectorgraphics2d.VectorGraphics2D;
import de.erichseifert.vectorgraphics2d.intermediate.CommandSequence;
import de.erichseifert.vectorgraphics2d.svg.SVGProcessor;
import de.erichseifert.vectorgraphics2d.util.PageSize;
import java.awt.BasicStroke;
import java.awt.Color;
import java.awt.Font;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.Shape;
import java.awt.geom.Line2D;
import java.awt.geom.Rectangle2D;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.DoubleStream;
import javax.imageio.ImageIO;

/**
 * A chart drawn by hand, saved as PNG and as SVG whose text stays text. The chart library fills the outlines of letters
 * whatever it draws on, so that its SVG can be neither searched nor read aloud, and is ten times as large.
 */
interface Drawing {

    Color INK = new Color(0x1f2933);
    Color SOFT = new Color(0x4a5663);
    Color GRID = new Color(0xe4e7eb);

    int width();

    int height();

    void draw(Pen pen);

    default BufferedImage image() {
        BufferedImage image = new BufferedImage(width(), height(), BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = image.createGraphics();
        graphics.setRenderingHint(RenderingHints.KEY_ANTIALIASING, RenderingHints.VALUE_ANTIALIAS_ON);
        graphics.setRenderingHint(RenderingHints.KEY_TEXT_ANTIALIASING, RenderingHints.VALUE_TEXT_ANTIALIAS_ON);
        drawOn(graphics);
        graphics.dispose();
        return image;
    }

    default String svg() throws IOException {
        VectorGraphics2D graphics = new VectorGraphics2D();
        drawOn(graphics);
        CommandSequence commands = graphics.getCommands();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new SVGProcessor()
                .getDocument(commands, new PageSize(0, 0, width(), height()))
                .writeTo(out);
        // The font that stands for sans-serif here need not be there where the file is read.
        return out.toString(StandardCharsets.UTF_8)
                .replaceAll("font-family:&quot;[^&]*&quot;", "font-family:sans-serif");
    }

    /**
     * Writes both files.
     *
     * @param file without its ending: {@code .png} and {@code .svg} are added
     */
    default void save(Path file) throws IOException {
        ImageIO.write(
                image(), "png", file.resolveSibling(file.getFileName() + ".png").toFile());
        Files.writeString(file.resolveSibling(file.getFileName() + ".svg"), svg());
    }

    private void drawOn(Graphics2D graphics) {
        Pen pen = new Pen(graphics);
        pen.fill(new Rectangle2D.Double(0, 0, width(), height()), Color.WHITE);
        draw(pen);
    }

    /** A round number so that about {@code count} steps cover the span. */
    static double step(double span, int count) {
        double raw = span > 0 ? span / count : 1;
        double power = StrictMath.pow(10, Math.floor(StrictMath.log10(raw)));
        return DoubleStream.of(1, 2, 2.5, 5, 10)
                .map(times -> times * power)
                .filter(step -> step >= raw)
                .findFirst()
                .orElse(raw);
    }

    /** What a chart is drawn with. */
    final class Pen {

        private final Graphics2D graphics;

        Pen(Graphics2D graphics) {
            this.graphics = graphics;
        }

        void fill(Shape shape, Color color) {
            graphics.setColor(color);
            graphics.fill(shape);
        }

        void rectangle(double x, double y, double width, double height, Color color) {
            fill(new Rectangle2D.Double(x, y, width, height), color);
        }

        void line(Color color, float width, double x1, double y1, double x2, double y2) {
            stroke(new Line2D.Double(x1, y1, x2, y2), color, width);
        }

        void stroke(Shape shape, Color color, float width) {
            graphics.setColor(color);
            graphics.setStroke(new BasicStroke(width, BasicStroke.CAP_BUTT, BasicStroke.JOIN_ROUND));
            graphics.draw(shape);
        }

        /** @param before share of the text that stands left of x */
        void text(String text, double x, double y, int size, Color color, double before) {
            graphics.setColor(color);
            graphics.setFont(new Font(Font.SANS_SERIF, Font.PLAIN, size));
            graphics.drawString(
                    text, (float) (x - before * graphics.getFontMetrics().stringWidth(text)), (float) y);
        }
    }
}
