package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyParameter;
import dev.capstan.capping.PolicyRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyPagesTest {

    private static final Path DOCS = Path.of("..", "docs");

    /** What a page made from {@link #toy} holds. */
    private static final String MADE = """
            # toy

            <!-- Made by `capstan policies --pages` from the registry -->

            Halves everything.

            | | |
            |---|---|
            | source | a \\| b |
            | confidence | low |
            | levers | GPU clock, replica ceiling |
            | guard rails | yes |
            | modes | requests, power |

            | parameter | unit | default | range | what it does | source |
            |---|---|---|---|---|---|
            | `share` | ratio | 0.5 | 0.01 to 1000000000 | What is left. | assumption |
            | `hard` | switch | 1 | 0 or 1 | Whether at once. | assumption |

            <!-- End of what is made -->

            ## What it does

            ## When to use it

            ## When not

            ## Where it fails

            ## Source
            """;

    @TempDir
    Path folder;

    @Test
    void makesAPageThatIsNotThereWithHeadingsToWriteUnder() throws IOException {
        assertThat(PolicyPages.write(List.of(toy(true)), folder)).containsExactly(folder.resolve("toy.md"));

        assertThat(folder.resolve("toy.md")).hasContent(MADE);
        assertThat(PolicyPages.write(List.of(toy(true)), folder)).isEmpty();
    }

    @Test
    void writesTheBlockAnewAndLeavesWhatPeopleWrote() throws IOException {
        Path page = folder.resolve("toy.md");
        String own = MADE.replace("# toy\n", "# toy\n\nBefore.\n").replace("## Source\n", "## Source\n\nOurs.\n");
        Files.writeString(page, own.replace("| 0.5 |", "| 0.7 |").replace("Halves everything.\n", ""));

        assertThat(PolicyPages.write(List.of(toy(true)), folder)).containsExactly(page);
        assertThat(page).hasContent(own);
    }

    @Test
    void linksThePictureAndTheLeagueWhereTheyAre() throws IOException {
        Files.createDirectories(folder.resolve("images"));
        Files.createFile(folder.resolve("images/toy.png"));
        Files.createFile(folder.resolve("league.md"));

        PolicyPages.write(List.of(toy(false)), folder);

        assertThat(Files.readString(folder.resolve("toy.md")))
                .contains("](images/toy.png)\n", "[the league](league.md).\n", "It has no parameters.")
                .doesNotContain("| parameter |");
    }

    @Test
    void refusesAPageWithoutPlaceForWhatTheRegistrySays() throws IOException {
        Path page = folder.resolve("toy.md");
        String text =
                "# toy\n\n<!-- End of what is made -->\n<!-- Made by `capstan policies --pages` from the registry -->\n";
        Files.writeString(page, text);

        assertThatThrownBy(() -> PolicyPages.write(List.of(toy(true)), folder))
                .isInstanceOf(ReportException.class)
                .hasMessageStartingWith(page + ": has no line `<!-- Made by")
                .hasMessageContaining("take the page away");
        assertThat(page).hasContent(text);
    }

    @Test
    void everyPageSaysWhatWhenAndWhenNot() throws IOException {
        for (PolicyFactory policy : PolicyRegistry.all()) {
            assertThat(Files.readString(DOCS.resolve("policies/" + policy.name() + ".md")))
                    .as(policy.name())
                    .containsPattern("(?s)^# " + policy.name() + "\n.*"
                            + "\n## What it does\n\n[^#].*\n## When to use it\n\n[^#].*\n## When not\n\n[^#].*"
                            + "\n## Where it fails\n\n[^#].*\n## Source\n\n[^#]");
        }
    }

    @Test
    void everyPageIsOfAPolicyAndItsLinksLeadSomewhere() throws IOException {
        List<String> known = PolicyRegistry.all().stream()
                .map(policy -> policy.name() + ".md")
                .toList();
        try (Stream<Path> pages = Files.list(DOCS.resolve("policies"))) {
            for (Path page : pages.filter(Files::isRegularFile).toList()) {
                String name = page.getFileName().toString();
                assertThat(name.equals("league.md") || known.contains(name))
                        .as(name)
                        .isTrue();
                List<String> links = Pattern.compile("\\]\\(([^)#:]+)(#[^)]*)?\\)")
                        .matcher(Files.readString(page))
                        .results()
                        .map((MatchResult link) -> link.group(1))
                        .toList();
                assertThat(links)
                        .allSatisfy(
                                link -> assertThat(page.resolveSibling(link)).exists());
            }
        }
    }

    private static PolicyFactory toy(boolean withParameters) {
        return new PolicyFactory() {
            @Override
            public String name() {
                return "toy";
            }

            @Override
            public String summary() {
                return "Halves everything.";
            }

            @Override
            public String source() {
                return "a | b";
            }

            @Override
            public String confidence() {
                return "low";
            }

            @Override
            public List<String> levers() {
                return List.of("GPU clock", "replica ceiling");
            }

            @Override
            public List<PolicyParameter> parameters() {
                return withParameters
                        ? List.of(
                                new PolicyParameter("share", "ratio", 0.5, 0.01, 1e9, "What is left.", "assumption"),
                                new PolicyParameter("hard", "switch", 1, 0, 1, "Whether at once.", "assumption"))
                        : List.of();
            }

            @Override
            public boolean guarded() {
                return true;
            }

            @Override
            public CappingPolicy<?> create(Map<String, Double> parameters, long seed) {
                throw new UnsupportedOperationException();
            }
        };
    }
}
