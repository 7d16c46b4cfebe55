package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two servers that draw 1000 W in even minutes and 200 W in odd ones, and two the other way round, for 8 minutes. */
class PlaceCommandTest {

    private final CommandRun capstan = new CommandRun();

    @TempDir
    Path folder;

    private Path power;

    @BeforeEach
    void writePower() throws IOException {
        StringBuilder csv = new StringBuilder("time_seconds,even-1,even-2,odd-1,odd-2\n");
        for (int minute = 0; minute < 8; minute++) {
            csv.append(60 * minute).append(minute % 2 == 0 ? ",1000,1000,200,200\n" : ",200,200,1000,1000\n");
        }
        power = Files.writeString(folder.resolve("power.csv"), csv);
    }

    /** Together two draw 2000 W at most, one of each 1200 W: 40 % less on each domain, asynchrony 2000 / 1200. */
    @Test
    void mixesServersThatPeakAtDifferentTimes() {
        assertThat(place("--domains", "2")).isEqualTo(0);
        assertThat(capstan.out().lines().map(line -> line.strip().replaceAll(" +", " ")))
                .contains(
                        "0 1.2 kW 2 kW 40.00 % 1.667 even-1 odd-1",
                        "1 1.2 kW 2 kW 40.00 % 1.667 even-2 odd-2", "all 2.4 kW 4 kW 40.00 % -");
    }

    @Test
    void tellsTheSameAsJson() throws IOException {
        assertThat(place("--domains", "2", "--json")).isEqualTo(0);
        JsonNode answer = new ObjectMapper().readTree(capstan.out());
        assertThat(answer.at("/placement/even-1").asInt())
                .isEqualTo(answer.at("/placement/odd-1").asInt());
        assertThat(answer.at("/peak_watts/0").asDouble()).isEqualTo(1200);
        assertThat(answer.at("/peak_watts_as_they_came/1").asDouble()).isEqualTo(2000);
    }

    @Test
    void refusesWhatCannotBePlaced() throws IOException {
        assertThat(place("--domains", "5")).isEqualTo(2);
        assertThat(capstan.err()).contains("--domains must be from 1 to the 4 meters, was 5");
        CommandRun learns = new CommandRun();
        assertThat(learns.run(
                        "place", power.toString(), "--map", "time=time_seconds", "--learn", "100 %", "--window", "1m"))
                .isEqualTo(2);
        CommandRun requests = new CommandRun();
        Path other = Files.writeString(folder.resolve("r.csv"), "arrival_seconds,input_tokens,output_tokens\n0,10,1\n");
        assertThat(requests.run("place", other.toString())).isEqualTo(2);
        assertThat(requests.err()).contains("r.csv holds no power; placement needs power traces");
    }

    private int place(String... more) {
        String[] stated = {
            "place",
            power.toString(),
            "--format",
            "generic-power-csv",
            "--map",
            "time=time_seconds",
            "--map",
            "power=even-1",
            "--map",
            "power=even-2",
            "--map",
            "power=odd-1",
            "--map",
            "power=odd-2"
        };
        String[] all = new String[stated.length + more.length];
        System.arraycopy(stated, 0, all, 0, stated.length);
        System.arraycopy(more, 0, all, stated.length, more.length);
        return capstan.run(all);
    }
}
