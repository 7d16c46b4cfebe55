package dev.capstan.report;

import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyParameter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The pages of policies in Markdown, {@code <policy>.md} each: between two comments stands what the registry says, around
 * them what people write. The block links {@code league.md} and {@code images/<policy>.png} of the same folder where these are.
 */
public final class PolicyPages {

    private static final String BEGIN = "<!-- Made by `capstan policies --pages` from the registry -->";
    private static final String END = "<!-- End of what is made -->";

    private PolicyPages() {}

    /**
     * Writes the block of each page anew and leaves the rest as it is; a page that is not there is made, with headings to
     * write under.
     *
     * @return the pages that this changed
     * @throws ReportException if a page lacks the two comments or cannot be read or written
     */
    public static List<Path> write(List<PolicyFactory> policies, Path folder) {
        List<Path> changed = new ArrayList<>();
        try {
            Files.createDirectories(folder);
            for (PolicyFactory policy : policies) {
                Path page = folder.resolve(policy.name() + ".md");
                String before = Files.exists(page) ? Files.readString(page, StandardCharsets.UTF_8) : "";
                String after = withBlock(page, before.isEmpty() ? blank(policy) : before, block(policy, folder));
                if (!after.equals(before)) {
                    ReportWriter.replace(page, after);
                    changed.add(page);
                }
            }
        } catch (IOException e) {
            throw new ReportException(folder, "the pages of the policies cannot be written: " + e.getMessage(), e);
        }
        return changed;
    }

    private static String withBlock(Path page, String text, String block) {
        int begin = text.indexOf(BEGIN + "\n");
        int end = text.indexOf("\n" + END + "\n", Math.max(0, begin));
        if (begin < 0 || end < 0) {
            throw new ReportException(
                    page,
                    "has no line `" + BEGIN + "` with a line `" + END
                            + "` after it, between which goes what the registry"
                            + " says. Put both in, or take the page away to have it made anew");
        }
        return text.substring(0, begin + BEGIN.length()) + "\n" + block + text.substring(end);
    }

    private static String blank(PolicyFactory policy) {
        return "# " + policy.name() + "\n\n" + BEGIN + "\n\n" + END + """


                ## What it does

                ## When to use it

                ## When not

                ## Where it fails

                ## Source
                """;
    }

    private static String block(PolicyFactory policy, Path folder) {
        StringBuilder block = new StringBuilder("\n").append(policy.summary()).append("\n\n| | |\n|---|---|\n");
        row(block, "source", policy.source());
        row(block, "confidence", policy.confidence());
        row(block, "levers", policy.levers().isEmpty() ? "none" : String.join(", ", policy.levers()));
        row(block, "guard rails", policy.guarded() ? "yes" : "no: reproduces a shipped tool, failures included");
        row(block, "modes", policy.needsRequests() ? "requests" : "requests, power");
        if (policy.parameters().isEmpty()) {
            block.append("\nIt has no parameters.\n");
        } else {
            block.append(
                    "\n| parameter | unit | default | range | what it does | source |\n|---|---|---|---|---|---|\n");
            for (PolicyParameter parameter : policy.parameters()) {
                row(
                        block,
                        "`" + parameter.name() + "`",
                        parameter.unit(),
                        number(parameter.defaultValue()),
                        parameter.unit().equals("switch")
                                ? "0 or 1"
                                : number(parameter.min()) + " to " + number(parameter.max()),
                        parameter.description(),
                        parameter.source());
            }
        }
        String picture = "images/" + policy.name() + ".png";
        if (Files.isRegularFile(folder.resolve(picture))) {
            block.append(
                            "\n![Disturbances contained and goodput over the cap, against none and the policy compared with](")
                    .append(picture)
                    .append(")\n");
        }
        if (Files.isRegularFile(folder.resolve("league.md"))) {
            block.append("\nBeside the others: [the league](league.md).\n");
        }
        return block.toString();
    }

    private static void row(StringBuilder block, String... cells) {
        for (String cell : cells) {
            block.append("| ").append(cell.replace("|", "\\|")).append(' ');
        }
        block.append("|\n");
    }

    /** Whole numbers without a fraction. */
    private static String number(double value) {
        return value == Math.rint(value) ? Long.toString((long) value) : Double.toString(value);
    }
}
