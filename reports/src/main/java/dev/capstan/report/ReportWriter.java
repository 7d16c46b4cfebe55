package dev.capstan.report;

import gg.jte.ContentType;
import gg.jte.TemplateEngine;
import gg.jte.output.StringOutput;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Writes the report of a results folder, and the comparison of several. Reports are single HTML files without
 * references to anything outside, and the same bytes for the same folder.
 */
public final class ReportWriter {

    /** Name of the report in its results folder. */
    public static final String REPORT_FILE = "report.html";

    /** Name of the folder of chart files in a results folder. */
    public static final String CHARTS_FOLDER = "charts";

    private ReportWriter() {}

    /**
     * Writes {@code report.html} and the files under {@code charts/} into a results folder, over earlier ones.
     *
     * @return the report
     * @throws ReportException if the folder is no results folder, a file of it is missing or damaged, or the report
     *     cannot be written
     */
    public static Path write(Path resultsFolder) {
        ResultsFolder folder = ResultsFolder.read(resultsFolder);
        List<ShownRun> shown = ShownRun.choose(folder);
        Path report = resultsFolder.resolve(REPORT_FILE);
        replace(report, render("report.jte", ReportPage.of(folder, shown)));
        Path charts = resultsFolder.resolve(CHARTS_FOLDER);
        try {
            Files.createDirectories(charts);
            ChartFiles.write(folder, shown, charts);
        } catch (IOException | RuntimeException | LinkageError | InternalError e) {
            throw new ReportException(
                    charts,
                    REPORT_FILE + " is written, but the chart files cannot be drawn: " + e
                            + ". Maybe this machine has no fonts: install fontconfig and a font",
                    e);
        }
        return report;
    }

    /**
     * Writes one HTML file with the best points of several results folders side by side.
     *
     * @param folders at least two results folders; columns come in this order
     * @param out the file to write
     * @return {@code out}
     * @throws ReportException as in {@link #write}
     */
    public static Path compare(List<Path> folders, Path out) {
        if (folders.size() < 2) {
            throw new ReportException(
                    out,
                    "a comparison needs at least two results folders, got " + folders.size()
                            + ". Maybe you want the report of the one folder");
        }
        List<ResultsFolder> read = folders.stream().map(ResultsFolder::read).toList();
        replace(out, render("compare.jte", ComparisonPage.of(read)));
        return out;
    }

    /**
     * Writes the league of a sweep over {@code load}, {@code faults} and {@code cap.share} whose experiment names a policy to
     * compare with, in Markdown.
     *
     * @param out the file to write
     * @return {@code out}
     * @throws ReportException if the folder is no such sweep, a file of it is missing or damaged, or {@code out} cannot be
     *     written
     */
    public static Path league(Path resultsFolder, Path out) {
        replace(out, LeaguePage.of(League.read(resultsFolder)));
        return out;
    }

    /**
     * Draws a picture for each policy of such a sweep, {@code <label>.png}: disturbances contained and goodput over the share
     * of the cap, for each load, beside doing nothing and the policy compared with.
     *
     * @param pictures the folder to draw into, made where it is not there
     * @return the pictures, in the order of the policies
     * @throws ReportException as in {@link #league}
     */
    public static List<Path> policyCharts(Path resultsFolder, Path pictures) {
        League league = League.read(resultsFolder);
        try {
            Files.createDirectories(pictures);
            return PolicyCharts.write(league, pictures);
        } catch (IOException | LinkageError | InternalError e) {
            throw new ReportException(
                    pictures,
                    "the pictures cannot be drawn: " + e
                            + ". Maybe this machine has no fonts: install fontconfig and a font",
                    e);
        }
    }

    /**
     * Writes the study of timers of a sweep over the axes of {@code study-timers.yaml} in Markdown, and its pictures into
     * {@code images} beside it.
     *
     * @param out the file to write
     * @return {@code out}
     * @throws ReportException if the folder is no such sweep, a file of it is missing or damaged, or {@code out} or a picture
     *     cannot be written
     */
    public static Path timerStudy(Path resultsFolder, Path out) {
        TimerStudy study = TimerStudy.read(resultsFolder);
        replace(out, TimerStudyPage.of(study));
        Path images = out.toAbsolutePath().resolveSibling("images");
        try {
            Files.createDirectories(images);
            TimerStudyPage.draw(study, images);
        } catch (IOException | LinkageError | InternalError e) {
            throw new ReportException(
                    images,
                    "the pictures cannot be drawn: " + e
                            + ". Maybe this machine has no fonts: install fontconfig and a font",
                    e);
        }
        return out;
    }

    static String render(String template, Object page) {
        StringOutput output = new StringOutput();
        TemplateEngine.createPrecompiled(
                        null,
                        ContentType.Html,
                        ReportWriter.class.getClassLoader(),
                        ReportWriter.class.getPackageName())
                .render(template, page, output);
        return output.toString();
    }

    /** A reader sees the old file or the new one, never a part. */
    static void replace(Path file, String text) {
        Path whole = file.toAbsolutePath();
        Path draft = whole.resolveSibling("." + whole.getFileName() + ".part");
        try {
            Files.writeString(draft, text, StandardCharsets.UTF_8);
            try {
                Files.move(draft, whole, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } catch (AtomicMoveNotSupportedException e) {
                Files.move(draft, whole, StandardCopyOption.REPLACE_EXISTING);
            }
        } catch (IOException e) {
            throw new ReportException(
                    file,
                    "cannot be written: " + e.getMessage()
                            + ". Maybe the folder does not exist, is read-only or the disk is full",
                    e);
        }
    }
}
