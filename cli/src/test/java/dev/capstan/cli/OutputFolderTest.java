package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OutputFolderTest {

    private static final Instant NOON = Instant.parse("2026-03-01T12:00:05Z");

    @TempDir
    Path folder;

    @Test
    void aRunThatNamesNoFolderGetsOneOfItsNameAndTime() {
        assertThat(new OutputFolder(folder).fresh(null, "two-pools", NOON))
                .isEqualTo(folder.resolve("two-pools-20260301-120005"));
    }

    @Test
    void aNameMakesNoFoldersOfItsOwn() {
        assertThat(new OutputFolder(folder).fresh(null, "../18 kW, été", NOON))
                .isEqualTo(folder.resolve(".._18_kW_été-20260301-120005"));
    }

    @Test
    void aFolderThatWasNamedIsTakenAsItIs() {
        Path named = folder.resolve("mine");

        assertThat(new OutputFolder(folder).fresh(named, "two-pools", NOON)).isEqualTo(named);
    }

    @Test
    void resumeGoesOnWithTheNewestFolderOfTheExperiment() throws IOException {
        Files.createDirectory(folder.resolve("pools-20260301-120005"));
        Files.createDirectory(folder.resolve("pools-20260302-080000"));
        Files.createDirectory(folder.resolve("pools-big-20260303-080000"));

        assertThat(new OutputFolder(folder).interrupted(null, "pools"))
                .isEqualTo(folder.resolve("pools-20260302-080000"));
    }

    @Test
    void resumeWithoutAnythingToGoOnWithSaysSo() {
        assertThatThrownBy(() -> new OutputFolder(folder).interrupted(null, "pools"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("no results of experiment pools");
        assertThatThrownBy(() -> new OutputFolder(folder).interrupted(folder.resolve("gone"), "pools"))
                .isInstanceOf(InvalidArgument.class)
                .hasMessageContaining("there is no folder");
    }
}
