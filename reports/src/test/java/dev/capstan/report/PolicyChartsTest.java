package dev.capstan.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PolicyChartsTest {

    private static final int OWN = 0xff0b5cad;
    private static final int COMPARED = 0xffb8500c;
    private static final int NOTHING = 0xff8a94a0;

    @TempDir
    Path folder;

    @Test
    void drawsEachPolicyBesideDoingNothingAndThePolicyComparedWith() throws IOException {
        LeagueFolder.write(folder);
        Path pictures = folder.resolve("pictures");

        List<Path> drawn = ReportWriter.policyCharts(folder, pictures);

        assertThat(drawn)
                .containsExactly(
                        pictures.resolve("none.png"), pictures.resolve("polca.png"), pictures.resolve("capstan.png"));
        assertThat(drawn).allSatisfy(picture -> {
            assertThat(Files.size(picture)).isLessThan(40_000);
            assertThat(ImageIO.read(picture.toFile()).getWidth()).isEqualTo(760);
            assertThat(has(picture, OWN)).isTrue();
        });
        assertThat(drawn).map(picture -> has(picture, COMPARED)).containsExactly(true, true, false);
        assertThat(drawn).map(picture -> has(picture, NOTHING)).containsExactly(false, true, true);
    }

    @Test
    void needsSharesThatAreNumbers() {
        LeagueFolder.write(folder);
        FixtureFolder.write(folder.resolve("manifest.json"), LeagueFolder.MANIFEST.replace("\"60 %\"", "\"low\""));
        for (String table : List.of("points.csv", "summary.csv", "comparison.csv")) {
            FixtureFolder.replace(folder.resolve(table), ",60 %,", ",low,");
        }

        assertThatThrownBy(() -> ReportWriter.policyCharts(folder, folder.resolve("pictures")))
                .isInstanceOf(ReportException.class)
                .hasMessageContaining("cap.share must be a number, such as 60 %, found low");
    }

    private static boolean has(Path picture, int color) {
        try {
            BufferedImage image = ImageIO.read(picture.toFile());
            for (int pixel : image.getRGB(0, 0, image.getWidth(), image.getHeight(), null, 0, image.getWidth())) {
                if (pixel == color) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
