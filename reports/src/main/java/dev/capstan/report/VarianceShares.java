package dev.capstan.report;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Which axes the differences between the points of a sweep are due to. Every figure is a cell of {@code variance.csv}. */
record VarianceShares(ResultTable table) {

    /**
     * A part of the variance of a figure over the points.
     *
     * @param term an axis, axes that move together or axes that act together; empty for what is left
     * @param kind {@code main}, {@code interaction} or {@code rest} of a grid, {@code first} or {@code total} of a design
     */
    record Share(String term, String kind, double share, double low, double high) {

        boolean isTotal() {
            return kind.equals("total");
        }

        /** Whether it is due to axes alone that an operator can set. */
        boolean canBeSet() {
            return Stream.of(term.split(" [×+] ")).allMatch(ResultsFolder::isSetting);
        }

        String words() {
            return VarianceShares.words(term);
        }
    }

    /** Empty where the folder has no such file. */
    static Optional<VarianceShares> read(Path file) {
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        ResultTable table =
                ResultTable.read(file, Set.of(), List.of("policy", "figure", "term", "kind", "share", "share_low"));
        return table.rows() == 0 ? Optional.empty() : Optional.of(new VarianceShares(table));
    }

    /** Shares of one figure of one policy, in the order of the file; empty where the figure is the same at all points. */
    List<Share> of(String policy, String figure) {
        return IntStream.range(0, table.rows())
                .filter(row -> table.text(row, "policy").equals(policy)
                        && table.text(row, "figure").equals(figure)
                        && !Double.isNaN(table.number(row, "share")))
                .mapToObj(row -> new Share(
                        table.text(row, "term"),
                        table.text(row, "kind"),
                        table.number(row, "share"),
                        table.number(row, "share_low"),
                        table.number(row, "share_high")))
                .toList();
    }

    /** What a term is called: {@code interval × window}. */
    static String words(String term) {
        return term.isEmpty()
                ? "three axes or more together"
                : Stream.of(term.split(" × "))
                        .map(factor -> Stream.of(factor.split(" \\+ "))
                                .map(Wording::axisName)
                                .collect(Collectors.joining(" + ")))
                        .collect(Collectors.joining(" × "));
    }

    /** What a figure of a policy hangs on most, and whether the intervals tell it from the next; empty where it does not vary. */
    Optional<String> most(String policy, String figure) {
        return first(ranked(policy, figure));
    }

    /** The same of what an operator can set; empty where that is what it hangs on most of all. */
    Optional<String> mostThatCanBeSet(String policy, String figure) {
        List<Share> ranked = ranked(policy, figure);
        return ranked.isEmpty() || ranked.get(0).canBeSet()
                ? Optional.empty()
                : first(ranked.stream().filter(Share::canBeSet).toList());
    }

    private List<Share> ranked(String policy, String figure) {
        return of(policy, figure).stream()
                .filter(share -> !share.isTotal() && !share.kind().equals("rest"))
                .sorted(Comparator.comparingDouble(Share::share).reversed())
                .toList();
    }

    private static Optional<String> first(List<Share> ranked) {
        if (ranked.isEmpty()) {
            return Optional.empty();
        }
        Share most = ranked.get(0);
        String words = most.words() + " (" + Wording.percent(most.share())
                + (most.low() < most.high()
                        ? " [" + Wording.bareFigure(most.low()) + ", " + Wording.bareFigure(most.high()) + "]"
                        : "")
                + ")";
        return Optional.of(
                ranked.size() > 1 && ranked.get(1).high() >= most.low()
                        ? words + ", not told from " + ranked.get(1).words() + " ("
                                + Wording.percent(ranked.get(1).share()) + ")"
                        : words);
    }
}
