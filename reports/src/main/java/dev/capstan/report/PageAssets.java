package dev.capstan.report;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Collectors;

/** Style and script of the pages, kept beside the classes. */
final class PageAssets {

    /** The parts of the script of the report, each after those that it uses. */
    private static final List<String> SCRIPTS = List.of(
            "page",
            "figures",
            "points",
            "scatter",
            "surface",
            "course",
            "timeline",
            "distributions",
            "tradeoff",
            "effects",
            "variance",
            "sensitivity",
            "tables",
            "sortable",
            "start");

    private PageAssets() {}

    /** The script of the report. */
    static String script() {
        return SCRIPTS.stream()
                .map(part -> text("script/" + part + ".js"))
                .collect(Collectors.joining("\n", "'use strict';\n(() => {\n", "})();\n"));
    }

    static String text(String name) {
        try (InputStream in = PageAssets.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("resource " + name + " is missing beside " + PageAssets.class.getName()
                        + ". Maybe the jar was repackaged without resources");
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
