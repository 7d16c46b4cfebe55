package dev.capstan.bridge.operator;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.capstan.bridge.resource.PowerCap;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class ReleasePaceTest {

    private static ReleasePace pace(String timers) throws IOException {
        return pace(timers, "static-floor");
    }

    private static ReleasePace pace(String timers, String policy) throws IOException {
        return ReleasePace.of(JsonMapper.builder()
                .addModule(new JavaTimeModule())
                .build()
                .readValue("""
                        {"kind": "PowerCap", "metadata": {"name": "row", "namespace": "default"},
                         "spec": {"mode": "Enforce", "limit": {"watts": 4000}, "timers": {%s},
                          "policy": {"name": "%s"},
                          "measurement": {"source": "dcgm", "prometheus": {"url": "http://prometheus:9090"}},
                          "targets": [
                            {"ref": {"kind": "Deployment", "name": "chat"}, "replica": {"peakWatts": 700}},
                            {"ref": {"kind": "Deployment", "name": "code"},
                             "replica": {"peakWatts": 900, "startingWatts": 1000}}]}}
                        """.formatted(timers, policy), PowerCap.class));
    }

    @Test
    void raisesAsTheTimersLetThePolicyRaise() throws IOException {
        ReleasePace pace = pace("\"raiseInterval\": \"20s\", \"maxRaisePerStep\": 2");

        assertThat(pace.replicas()).isEqualTo(2);
        assertThat(pace.period(1)).hasSeconds(20);
        assertThat(pace.period(9)).hasSeconds(20);
    }

    @Test
    void makesServicesWaitForEachOther() throws IOException {
        ReleasePace pace = pace("\"raiseInterval\": \"20s\", \"stagger\": \"8s\"");

        assertThat(pace.period(2)).hasSeconds(20);
        assertThat(pace.period(3)).hasSeconds(24);
    }

    @Test
    void addsNoMoreThanTheRampWhicheverServiceRises() throws IOException {
        // Two replicas of 1,000 W at 50 W/s take 40 s; three services take turns in 120 s.
        ReleasePace pace = pace("\"maxRaisePerStep\": 2, \"rampWattsPerSecond\": 50");

        assertThat(pace.between()).hasSeconds(40);
        assertThat(pace.period(3)).hasSeconds(120);
    }

    @Test
    void keepsToItsTimersWhereSomethingElseIsWrong() throws IOException {
        assertThat(pace("\"raiseInterval\": \"20s\"", "static-flor").each()).hasSeconds(20);
    }

    @Test
    void keepsToTheDefaultsWhereItsTimersAreWrong() throws IOException {
        assertThat(pace("\"raiseInterval\": \"999999d\", \"maxRaisePerStep\": 7"))
                .isEqualTo(new ReleasePace(1, Duration.ofSeconds(15), Duration.ZERO));
    }
}
