package dev.capstan.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The command over the whole engine: power that is high for 30 s of each minute, from the first minute of twenty on, so 19
 * disturbances in each of two replications. The floor holds 8 kW and 9 kW from the beginning; under 30 kW there is nothing to
 * hold. All of 38 contained: Wilson's lower end is 38 / 41.8415 = 0.90819.
 */
class CertifyCommandTest {

    private static final String EXPERIMENT = """
            name: square
            mode: power
            duration: 20m
            replications: 2
            workload: {generate: {disturbance: {shape: square, base: 1 kW, peak: 6 kW, at: 1m, lasting: 30s}}}
            cluster: {servers: 2}
            services:
              - {name: row, model: llama-3.1-70b-h100x4, replicas: {min: 1, initial: 4, max: 4}}
            cap: {power: 9 kW, contain_within: 10s}
            policies: [none, {name: static-floor, label: floor}]
            axes:
              cap.power: [8 kW, 9 kW, 30 kW]
            """;

    @TempDir
    static Path shared;

    private static Path experiment;
    private static Path results;

    @TempDir
    Path temp;

    private final CommandRun capstan = new CommandRun();

    @BeforeAll
    static void sweepOnce() throws IOException {
        experiment = Files.writeString(shared.resolve("square.yaml"), EXPERIMENT);
        results = shared.resolve("results");
        CommandRun sweep = new CommandRun();
        assertThat(sweep.run("sweep", experiment.toString(), "--out", results.toString(), "--no-report"))
                .as(sweep.err())
                .isEqualTo(0);
    }

    @Test
    void theBestPointIsCertifiedWithTheCapsAroundIt() throws IOException {
        Path out = certified("--run", "best", "--where", "cap.power=9 kW");

        assertThat(capstan.out())
                .contains("best of 1 points whose success rate is at least 0.9", "the least stranded power")
                .contains("first   floor at cap.power=9 kW: stranded_watt_seconds ", "second  none")
                .contains("success  38 of 38 disturbances contained: 0.9081 to 1.0000")
                .contains("caps     8 kW to 9 kW", "counts   2026-03-01T12:00:00Z to 2026-05-30T12:00:00Z")
                .endsWith(out + System.lineSeparator());
        JsonNode certificate = new ObjectMapper().readTree(Files.readAllBytes(out));
        assertThat(certificate.at("/policy/name").asText()).isEqualTo("static-floor");
        assertThat(certificate.at("/policy/parameters/reserve_watts").asInt(-1)).isEqualTo(0);
        assertThat(certificate.at("/guard_rails/raise_interval_seconds").asInt())
                .isEqualTo(15);
        assertThat(certificate.at("/timers/scrape_interval_seconds").asInt()).isEqualTo(15);
        assertThat(certificate.at("/cap/lowest_watts").asInt()).isEqualTo(8000);
        assertThat(certificate.at("/cap/contain_within_seconds").asInt()).isEqualTo(10);
        assertThat(certificate.at("/cap/points")).hasSize(2);
        assertThat(certificate.at("/services/0/hpa_sync_seconds").asInt()).isEqualTo(15);
        assertThat(certificate.at("/rehearsal/runs")).hasSize(2);
        assertThat(certificate.at("/rehearsal/axes/cap.power").asText()).isEqualTo("9 kW");
        assertThat(certificate.at("/rehearsal/duration_seconds").asInt()).isEqualTo(1200);
        assertThat(certificate.at("/outcome/success_rate/low").asDouble()).isEqualTo(0.9081901318);
        assertThat(certificate
                        .at("/outcome/success_rate_without_capping/estimate")
                        .asInt(-1))
                .isEqualTo(0);
        assertThat(certificate.at("/outcome/time_under_cap_fraction/estimate").asInt())
                .isEqualTo(1);
        assertThat(certificate.at("/outcome").has("goodput_requests_per_second"))
                .isFalse();
        assertThat(certificate.at("/traces/0/role").asText()).isEqualTo("load of row");
        assertThat(certificate.path("notes"))
                .map(JsonNode::asText)
                .anyMatch(note -> note.startsWith("All replications serve the same load"))
                .anyMatch(note -> note.contains("between their caps nothing was run"))
                .anyMatch(note -> note.contains("power is modelled"));
    }

    @Test
    void aRunIsCertifiedAsItsPoint() throws IOException {
        Path out = certified("--run", "00002-floor-r0");

        JsonNode certificate = new ObjectMapper().readTree(Files.readAllBytes(out));
        assertThat(capstan.out()).startsWith("policy   floor at cap.power=8 kW");
        assertThat(certificate.at("/outcome/disturbances").asInt()).isEqualTo(38);
        assertThat(certificate.at("/rehearsal/runs/1/run_id").asText()).isEqualTo("00003-floor-r1");
    }

    @Test
    void theSameFolderAndInstantGiveTheSameBytes() throws IOException {
        Path one = certified("--run", "best", "--issued", "2026-02-01T00:00:00Z", "--valid-for", "1d");
        Path other = temp.resolve("other.json");

        assertThat(certify(other, "--run", "best", "--issued", "2026-02-01T00:00:00.5Z", "--valid-for", "24h"))
                .isEqualTo(0);
        assertThat(other).hasSameBinaryContentAs(one);
        assertThat(other).content().contains("\"expires\": \"2026-02-02T00:00:00Z\"");
    }

    @Test
    void whatItWasMadeFromIsCoveredAndWhatDiffersIsTold() throws IOException {
        Path out = certified("--run", "best");

        assertThat(check(out)).isEqualTo(0);
        assertThat(capstan.out()).contains("valid" + System.lineSeparator());
        assertThat(check(out, "--experiment", experiment.toString()))
                .as(capstan.out())
                .isEqualTo(0);
        assertThat(check(
                        out,
                        "--experiment",
                        experiment.toString(),
                        "--set",
                        "control.interval=30s",
                        "--set",
                        "cap.power=10 kW",
                        "--set",
                        "policies=[{name: static-floor, parameters: {reserve_watts: 5}}]",
                        "--policy",
                        "static-floor"))
                .isEqualTo(1);
        assertThat(capstan.out())
                .contains("not covered: policy.parameters.reserve_watts: 5 is planned, 0 was rehearsed")
                .contains("not covered: timers.control_interval_seconds: 30 is planned, 10 was rehearsed")
                .contains("not covered: cap: 10000 W is planned, 8000 W to 9000 W were rehearsed");
        assertThat(check(out, "--experiment", experiment.toString(), "--policy", "none"))
                .isEqualTo(1);
        assertThat(capstan.out()).contains("not covered: policy: none is planned, static-floor was rehearsed");
    }

    @Test
    void whatDoesNotCountIsRefusedWithItsReason() throws IOException {
        Path old = certified("--run", "best", "--issued", "2026-02-01T00:00:00Z", "--valid-for", "28d");
        assertThat(check(old)).isEqualTo(1);
        assertThat(capstan.out())
                .contains("expired: it expired at 2026-03-01T00:00:00Z, now it is 2026-03-01T12:00:00Z");

        Path ahead = temp.resolve("ahead.json");
        assertThat(certify(ahead, "--run", "best", "--issued", "2026-03-02T00:00:00Z"))
                .isEqualTo(0);
        assertThat(check(ahead)).isEqualTo(1);
        assertThat(capstan.out()).contains("not yet valid: it counts from 2026-03-02T00:00:00Z on");

        Path altered = temp.resolve("altered.json");
        Files.writeString(altered, Files.readString(ahead).replace("9000", "9500"));
        assertThat(check(altered)).isEqualTo(1);
        assertThat(capstan.out()).contains("altered: " + altered + ": is not what was written: its sha256 is ");

        Path foreign = temp.resolve("foreign.json");
        Files.writeString(foreign, Files.readString(ahead).replace("capstan-certificate/1", "capstan-certificate/0"));
        assertThat(check(foreign)).isEqualTo(1);
        assertThat(capstan.out()).contains("foreign: " + foreign + ": is of format \"capstan-certificate/0\"");

        assertThat(check(experiment)).isEqualTo(1);
        assertThat(capstan.out()).contains("unreadable: " + experiment);
    }

    @Test
    void resultsOfAnotherVersionAreForeign() throws IOException {
        Path copy = Files.createDirectory(temp.resolve("copy"));
        for (String name : List.of("points.csv", "summary.csv")) {
            Files.copy(results.resolve(name), copy.resolve(name));
        }
        String manifest = Files.readString(results.resolve("manifest.json"));
        Files.writeString(
                copy.resolve("manifest.json"),
                manifest.replaceFirst("\"capstan_version\" : \"[^\"]*\"", "\"capstan_version\" : \"0.0.9\""));
        Path out = temp.resolve("old.json");

        assertThat(capstan.run(
                        "certify", copy.toString(), "--run", "best", "--min-success", "0.9", "--out", out.toString()))
                .as(capstan.err())
                .isEqualTo(0);
        assertThat(check(out)).isEqualTo(1);
        assertThat(capstan.out()).contains("foreign: policy static-floor was rehearsed with Capstan 0.0.9, this is ");

        Files.writeString(copy.resolve("manifest.json"), manifest.replace("\"grace_seconds\"", "\"grace\""));
        assertThat(certify(copy, temp.resolve("none.json"), "--run", "best")).isEqualTo(2);
        assertThat(capstan.err()).contains("manifest.json does not hold what a certificate needs");
    }

    @Test
    void whatCannotBeCertifiedIsInvalidInputAndSaysWhatToTry() {
        Path out = temp.resolve("never.json");

        assertThat(certify(out, "--run", "00000-none-r0")).isEqualTo(2);
        assertThat(capstan.err()).contains("policy none is not made to hold a cap");
        assertThat(certify(out, "--run", "00010-floor-r0")).isEqualTo(2);
        assertThat(capstan.err()).contains("nothing had to be contained there", "Maybe a lower cap");
        assertThat(certify(out, "--run", "00002-floor-r0", "--min-success", "0.99"))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("takes at least 381 disturbances");
        assertThat(certify(out, "--run", "00002-flor-r0")).isEqualTo(2);
        assertThat(capstan.err()).contains("Maybe you meant 00002-floor-r0");
        assertThat(certify(temp, out, "--run", "best")).isEqualTo(2);
        assertThat(capstan.err()).contains("manifest.json is missing");
        assertThat(out).doesNotExist();
    }

    @Test
    void aSignedCertificateIsKnownFromOneThatAnyoneWrote() throws Exception {
        KeyPair keys = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
        Path secret = pem("PRIVATE KEY", keys.getPrivate());
        Path known = pem("PUBLIC KEY", keys.getPublic());

        Path out = certified("--run", "best", "--sign-key", secret.toString());
        assertThat(check(out, "--public-key", known.toString()))
                .as(capstan.out())
                .isEqualTo(0);

        assertThat(certify(out, "--run", "best", "--force")).isEqualTo(0);
        assertThat(check(out)).isEqualTo(0);
        assertThat(check(out, "--public-key", known.toString())).isEqualTo(1);
        assertThat(capstan.out()).contains("unsigned: nobody signed it");
    }

    private Path pem(String label, Key key) throws IOException {
        return Files.writeString(
                temp.resolve(label + ".pem"),
                "-----BEGIN " + label + "-----\n" + Base64.getMimeEncoder().encodeToString(key.getEncoded())
                        + "\n-----END " + label + "-----\n");
    }

    @Test
    void wrongUsageIsTold() throws IOException {
        Path out = temp.resolve("never.json");

        assertThat(capstan.run("certify")).isEqualTo(2);
        assertThat(capstan.err()).contains("certify needs a results folder, --run ID or --run best, and --out FILE");
        assertThat(certify(out, "--run", "best", "--min-success", "100 %")).isEqualTo(2);
        assertThat(capstan.err()).contains("--min-success must be above 0 and below 1, was 100 %");
        assertThat(certify(out, "--run", "best", "--valid-for", "10ms")).isEqualTo(2);
        assertThat(capstan.err()).contains("--valid-for must be at least 1s");
        assertThat(certify(out, "--run", "best", "--issued", "today")).isEqualTo(2);
        assertThat(capstan.err()).contains("--issued must be an instant such as");
        assertThat(certify(out, "--run", "00002-floor-r0", "--rule", "goodput")).isEqualTo(2);
        assertThat(capstan.err()).contains("--rule and --where go with --run best");
        assertThat(certify(out, "--run", "best", "--policy", "floor")).isEqualTo(2);
        assertThat(capstan.err()).contains("--experiment, --set, --policy and --public-key go with --check");
        assertThat(check(out)).isEqualTo(2);
        assertThat(capstan.err()).contains("there is no file or folder for " + out);
        assertThat(certify(temp.resolve("gone").resolve("c.json"), "--run", "best"))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("there is no file or folder for " + temp.resolve("gone"));
        assertThat(certify(out, "--run", "best", "--sign-key", experiment.toString()))
                .isEqualTo(2);
        assertThat(capstan.err()).contains(experiment + " is no PRIVATE KEY of Ed25519 in PEM");
        assertThat(check(out, "--sign-key", experiment.toString())).isEqualTo(2);
        assertThat(check(out, "--run", "best")).isEqualTo(2);
        assertThat(capstan.err()).contains("--check takes the certificate alone");
        assertThat(check(out, "--policy", "floor")).isEqualTo(2);
        assertThat(capstan.err()).contains("name it with --experiment");

        Path there = certified("--run", "best");
        assertThat(certify(there, "--run", "best")).isEqualTo(2);
        assertThat(capstan.err()).contains(there + " is there already. Maybe --force");
        assertThat(certify(there, "--run", "best", "--force")).isEqualTo(0);
        assertThat(check(there, "--experiment", experiment.toString(), "--policy", "flor"))
                .isEqualTo(2);
        assertThat(capstan.err()).contains("has no policy that is labelled 'flor'. Maybe you meant floor.");
    }

    @Test
    void completionKnowsIt() {
        assertThat(capstan.run("completion", "bash")).isEqualTo(0);
        assertThat(capstan.out()).contains("_picocli_capstan_certify", "'--min-success'");
    }

    private Path certified(String... options) {
        Path out = temp.resolve("certificate.json");
        assertThat(certify(out, options)).as(capstan.err()).isEqualTo(0);
        return out;
    }

    private int certify(Path out, String... options) {
        return certify(results, out, options);
    }

    private int certify(Path folder, Path out, String... options) {
        List<String> words = new ArrayList<>(List.of("certify", folder.toString(), "--out", out.toString()));
        words.addAll(List.of(options));
        if (!words.contains("--min-success")) {
            words.addAll(List.of("--min-success", "0.9"));
        }
        return capstan.run(words.toArray(String[]::new));
    }

    private int check(Path file, String... options) {
        List<String> words = new ArrayList<>(List.of("certify", "--check", file.toString()));
        words.addAll(List.of(options));
        return capstan.run(words.toArray(String[]::new));
    }
}
