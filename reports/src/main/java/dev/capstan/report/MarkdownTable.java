package dev.capstan.report;

import java.util.Collections;
import java.util.List;

/** A table in Markdown. */
final class MarkdownTable {

    private final StringBuilder text = new StringBuilder();

    MarkdownTable(List<String> header) {
        row(header);
        text.append('|')
                .append(String.join("|", Collections.nCopies(header.size(), "---")))
                .append("|\n");
    }

    void row(List<String> cells) {
        text.append('|');
        cells.forEach(
                cell -> text.append(cell.isEmpty() ? " " : " " + cell + " ").append('|'));
        text.append('\n');
    }

    /** Without the end of its last line. */
    @Override
    public String toString() {
        return text.toString().stripTrailing();
    }
}
