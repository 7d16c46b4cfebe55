package dev.capstan.cli;

import java.util.ArrayList;
import java.util.List;

/** Columns of text, aligned with spaces: words to the left, numbers to the right. */
final class TextTable {

    private final List<List<String>> rows = new ArrayList<>();

    TextTable(String... header) {
        rows.add(List.of(header));
    }

    void add(String... cells) {
        if (cells.length != rows.get(0).size()) {
            throw new IllegalArgumentException(
                    "a row of this table needs " + rows.get(0).size() + " cells, had " + cells.length);
        }
        rows.add(List.of(cells));
    }

    /** The table with a line break after each row and no blanks before it. */
    String render() {
        int columns = rows.get(0).size();
        int[] width = new int[columns];
        boolean[] numeric = new boolean[columns];
        for (int c = 0; c < columns; c++) {
            numeric[c] = rows.size() > 1;
            for (int r = 0; r < rows.size(); r++) {
                String cell = rows.get(r).get(c);
                width[c] = Math.max(width[c], cell.length());
                numeric[c] &= r == 0 || cell.equals("-") || (!cell.isEmpty() && Character.isDigit(cell.charAt(0)));
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int c = 0; c < columns; c++) {
                String blanks = " ".repeat(width[c] - row.get(c).length());
                line.append(numeric[c] ? blanks + row.get(c) : row.get(c) + blanks)
                        .append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
