package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CapstanTest {

    private final CommandRun capstan = new CommandRun();

    @Test
    void helpGoesToStandardOutputAndEndsWell() {
        assertThat(capstan.run("--help")).isEqualTo(0);
        assertThat(capstan.out()).contains("Usage: capstan", "completion", "Exit codes");
        assertThat(capstan.err()).isEmpty();
    }

    @Test
    void versionNamesItselfAndTheJava() {
        assertThat(capstan.run("--version")).isEqualTo(0);
        assertThat(capstan.out()).startsWith("capstan ").contains("(Java ");
    }

    @Test
    void noCommandIsWrongUsageAndShowsTheCommands() {
        assertThat(capstan.run()).isEqualTo(2);
        assertThat(capstan.out()).isEmpty();
        assertThat(capstan.err()).contains("Usage: capstan");
    }

    @Test
    void aMisspeltCommandIsWrongUsageWithASuggestion() {
        assertThat(capstan.run("completio")).isEqualTo(2);
        assertThat(capstan.err()).contains("completio").contains("Did you mean", "capstan completion");
    }

    @Test
    void completionServesBothShells() {
        assertThat(capstan.run("completion", "zsh")).isEqualTo(0);
        assertThat(capstan.out()).contains("bashcompinit", "function _complete_capstan");
    }

    @Test
    void completionForAnUnknownShellNamesTheKnownOnes() {
        assertThat(capstan.run("completion", "fish")).isEqualTo(2);
        assertThat(capstan.err()).contains("fish").containsIgnoringCase("bash, zsh");
    }
}
