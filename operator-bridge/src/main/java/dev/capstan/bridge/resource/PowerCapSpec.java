package dev.capstan.bridge.resource;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.PrinterColumn;
import io.fabric8.generator.annotation.Default;
import io.fabric8.generator.annotation.Max;
import io.fabric8.generator.annotation.Min;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the owner of a cap wants. Fields that are null were not given; what holds then, the description says. Times are text
 * such as {@code 15s} or {@code 5m}.
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record PowerCapSpec(
        @JsonPropertyDescription(
                "How far the operator goes. Observe reads and records; Recommend also lets the policy decide,"
                        + " and writes nothing; Enforce writes, and needs a certificate that counts. Default Recommend.")
        @PrinterColumn(name = "Mode")
        @Default("Recommend")
        @Nullable Mode mode,

        @Required @JsonPropertyDescription("The budget of watts.")
        Limit limit,

        @Required @JsonPropertyDescription("How power is measured.")
        Measurement measurement,

        @Required @Size(min = 1) @JsonPropertyDescription("The services under the cap.")
        List<Target> targets,

        @JsonPropertyDescription("The capping policy. Default replica-cap with its own defaults.") @Nullable Policy policy,

        @JsonPropertyDescription("Timers of the control loop and limits of its guard rails.") @Nullable Timers timers,

        @JsonPropertyDescription(
                "The certificate that capstan certify wrote. Enforce runs as Recommend without one that counts.")
        @Nullable CertificateSource certificate,

        @JsonPropertyDescription(
                "An instant such as 2027-03-31T22:00:00Z, after which every ceiling is restored and nothing is"
                        + " written any more.")
        @Pattern(INSTANT) @Nullable String expiresAt) {

    /** A span of time: a whole number or a fraction, and its unit. */
    static final String DURATION = "^[0-9]+(\\.[0-9]+)?(ms|s|m|h|d)$";

    static final String INSTANT = "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2})?Z$";
    static final String TIME_OF_DAY = "^([01][0-9]|2[0-3]):[0-5][0-9]$";

    /** How far the operator goes. */
    public enum Mode {
        Observe,
        Recommend,
        Enforce
    }

    /** The budget. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "has(self.watts) != has(self.percentOfPeak)",
            message = "exactly one of watts and percentOfPeak must be given")
    public record Limit(
            @PrinterColumn(name = "Limit")
            @Min(value = 0, inclusive = false) @JsonPropertyDescription("Watts that the services and the overhead may draw together.")
            @Nullable Double watts,

            @JsonPropertyDescription("A share of the peak, in place of watts.") @Nullable PercentOfPeak percentOfPeak,

            @JsonPropertyDescription("Hours of the week with a lower cap. Of several that are open the lowest counts.")
            @Nullable List<Window> schedule,

            @JsonPropertyDescription("Spans with a lower cap that were agreed for once, such as demand response.")
            @Nullable List<Event> events,

            @JsonPropertyDescription("A budget of emissions, which lowers the cap as the grid gets dirtier.") @Nullable Carbon carbon) {}

    /** A share of the highest power that there was or is known. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "has(self.peakWatts) != has(self.peakOver)",
            message = "exactly one of peakWatts and peakOver must be given")
    public record PercentOfPeak(
            @Required @Min(value = 0, inclusive = false) @Max(100) @JsonPropertyDescription("Of the peak.")
            double percent,

            @Min(value = 0, inclusive = false) @JsonPropertyDescription("The peak, where it is known.") @Nullable Double peakWatts,

            @Pattern(DURATION) @JsonPropertyDescription(
                    "Ask Prometheus for the highest power over this time, such as 14d, when the resource"
                            + " is first seen.")
            @Nullable String peakOver) {}

    /** Hours of some days of the week. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "has(self.watts) != has(self.percent)",
            message = "exactly one of watts and percent must be given")
    public record Window(
            @JsonPropertyDescription("For people.") @Nullable String name,

            @JsonPropertyDescription("On which it opens. Default all.") @Nullable List<Day> days,

            @Required @Pattern(TIME_OF_DAY) @JsonPropertyDescription("When it opens, such as 17:00.")
            String from,

            @Required
            @Pattern(TIME_OF_DAY) @JsonPropertyDescription("When it closes; the next day where it is not after from.")
            String to,

            @Required @JsonPropertyDescription("Zone of these times, such as Europe/Berlin or UTC.")
            String timeZone,

            @Min(value = 0, inclusive = false) @JsonPropertyDescription("The cap while it is open.") @Nullable Double watts,

            @Min(value = 0, inclusive = false) @Max(100) @JsonPropertyDescription("The same as a share of the limit.")
            @Nullable Double percent) {}

    /** A day of the week. */
    public enum Day {
        Mon,
        Tue,
        Wed,
        Thu,
        Fri,
        Sat,
        Sun
    }

    /** A span of a lower cap. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Event(
            @JsonPropertyDescription("For people.") @Nullable String name,

            @Required @Pattern(INSTANT) @JsonPropertyDescription("Instant from which it holds.")
            String from,

            @Required @Pattern(INSTANT) @JsonPropertyDescription("Instant from which it holds no more.")
            String to,

            @Required @Min(value = 0, inclusive = false) @JsonPropertyDescription("The cap during it.")
            double watts) {}

    /** A budget of emissions. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Carbon(
            @Required
            @Min(value = 0, inclusive = false) @JsonPropertyDescription("Grams of CO2-equivalent that may be emitted in an hour.")
            double gramsPerHour,

            @Min(1) @Default("1")
            @JsonPropertyDescription("Facility watts for each watt measured. Default 1.")
            @Nullable Double pue,

            @Required @JsonPropertyDescription("Where the carbon intensity of the grid comes from.")
            CarbonSource source,

            @Min(value = 0, inclusive = false) @JsonPropertyDescription("The cap is not lowered below this by carbon. Default 1.")
            @Nullable Double minimumWatts,

            @Default("Base")
            @JsonPropertyDescription(
                    "What holds while the intensity is unknown or too old: Base, the cap without carbon, or"
                            + " Minimum, minimumWatts. Default Base.")
            @Nullable OnMissing onMissing,

            @Pattern(DURATION) @Default("2h")
            @JsonPropertyDescription("Age from which an intensity counts as unknown. Default 2h.")
            @Nullable String maximumAge) {}

    /** What holds while carbon intensity is unknown. */
    public enum OnMissing {
        Base,
        Minimum
    }

    /** A source of carbon intensity. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record CarbonSource(
            @Required @JsonPropertyDescription("Which service, or a file in a ConfigMap.")
            CarbonSourceType type,

            @JsonPropertyDescription("Zone of Electricity Maps, region of WattTime, such as \"DE\" (quote \"NO\").")
            @Nullable String zone,

            @JsonPropertyDescription("Secret with the token (electricity-maps).") @Nullable KeyRef token,

            @JsonPropertyDescription("Secret with user and password (watttime).") @Nullable LoginRef login,

            @JsonPropertyDescription("Address in place of the service's own.") @Nullable String url,

            @JsonPropertyDescription("The file (type file), as traces of carbon intensity are read.") @Nullable KeyRef file) {}

    /** Known sources. */
    public enum CarbonSourceType {
        ElectricityMaps,
        WattTime,
        Neso,
        File
    }

    /** One key of a Secret or a ConfigMap in the namespace of the cap, or of the operator for a ClusterPowerCap. */
    public record KeyRef(
            @Required @JsonPropertyDescription("Of the object.")
            String name,

            @Required @JsonPropertyDescription("In it.") String key) {}

    /** A user and a password in a Secret. */
    public record LoginRef(
            @Required @JsonPropertyDescription("Of the Secret.")
            String name,

            @Default("username") @JsonPropertyDescription("Key of the user. Default username.") @Nullable String userKey,

            @Default("password") @JsonPropertyDescription("Key of the password. Default password.") @Nullable String passwordKey) {}

    /** How power is measured. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "self.source != 'custom' || has(self.query)",
            message = "query must be given where source is custom")
    public record Measurement(
            @Required @JsonPropertyDescription("The Prometheus that knows the power.")
            PrometheusServer prometheus,

            @Required
            @JsonPropertyDescription("dcgm: GPUs by dcgm-exporter; kepler: active power of pods by Kepler; custom: the"
                    + " queries given here.")
            Source source,

            @Default("gauge")
            @JsonPropertyDescription("gauge: the power as exporters show it; energy: the rate of energy counters over"
                    + " window. Default gauge.")
            @Nullable Signal signal,

            @Pattern(DURATION) @JsonPropertyDescription("Of rate(). Needed where signal is energy.") @Nullable String window,

            @JsonPropertyDescription(
                    "Regular expression of the nodes whose whole power counts against the limit, in place of the"
                            + " sum over the services.")
            @Nullable String nodes,

            @JsonPropertyDescription("PromQL of the power in watts (custom).") @Nullable String query,

            @JsonPropertyDescription("Label of that query's answer that names the target (custom).") @Nullable String serviceLabel,

            @JsonPropertyDescription("PromQL of the number of series that answer (custom).") @Nullable String countQuery,

            @JsonPropertyDescription("PromQL of the age in seconds of the oldest of them (custom).") @Nullable String ageQuery,

            @Min(1) @JsonPropertyDescription(
                    "Series that must answer (custom). Default: as many as the first answer has; GPUs are"
                            + " counted from the pods.")
            @Nullable Integer expectedSeries,

            @Pattern(DURATION) @Default("60s")
            @JsonPropertyDescription(
                    "Age from which a reading is stale: scrape and exporter interval and some slack." + " Default 60s.")
            @Nullable String maximumAge,

            @Min(0) @Default("0")
            @JsonPropertyDescription(
                    "Watts that belong to no service and are not measured, such as servers. Default 0.")
            @Nullable Double overheadWatts) {}

    /** What kind of metrics. */
    public enum Source {
        dcgm,
        kepler,
        custom
    }

    /** What of them. */
    public enum Signal {
        gauge,
        energy
    }

    /** A Prometheus and how to log in. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "!(has(self.bearerToken) && has(self.basic))",
            message = "at most one of bearerToken and basic may be given")
    public record PrometheusServer(
            @Required
            @Pattern("^https?://[^\\s@]+$") @JsonPropertyDescription("Such as http://prometheus.monitoring:9090, without a password.")
            String url,

            @JsonPropertyDescription("Secret with a bearer token.") @Nullable KeyRef bearerToken,

            @JsonPropertyDescription("Secret with user and password.") @Nullable LoginRef basic,

            @JsonPropertyDescription("For https.") @Nullable Tls tls,

            @JsonPropertyDescription("More headers, such as X-Scope-OrgID.") @Nullable Map<String, String> headers,

            @Pattern(DURATION) @Default("5s")
            @JsonPropertyDescription("For a whole answer; below half of the control interval. Default 5s.")
            @Nullable String timeout) {}

    /** How to speak TLS. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Tls(
            @JsonPropertyDescription("Secret with the certificates of authorities to trust, in PEM.") @Nullable KeyRef ca,

            @JsonPropertyDescription("Secret of type kubernetes.io/tls with our own certificate and key.") @Nullable String clientCertificateSecret,

            @Default("false") @JsonPropertyDescription("Trust anybody. For trials only. Default false.") @Nullable Boolean insecureSkipVerify) {}

    /** A service, or several that are alike. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "has(self.ref) != has(self.selector)",
            message = "exactly one of ref and selector must be given")
    public record Target(
            @Pattern("^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$") @JsonPropertyDescription("Of the service, as the certificate has it. Default the name of the object; not"
                    + " with a selector.")
            @Nullable String name,

            @JsonPropertyDescription("The object.") @Nullable ObjectRef ref,

            @JsonPropertyDescription("All objects of a kind that carry these labels, each a service of its own.")
            @Nullable ObjectSelector selector,

            @Default("0")
            @JsonPropertyDescription("Larger is more important: lower priorities are cut first. Default 0.")
            @Nullable Integer priority,

            @Min(value = 0, inclusive = false) @Default("1")
            @JsonPropertyDescription("Worth of one more replica against others of the same priority. Default 1.")
            @Nullable Double weight,

            @Min(0) @JsonPropertyDescription(
                    "Replicas that are never taken away. Default the minimum that the object's owner set;"
                            + " a lower floor lets that minimum be lowered too.")
            @Nullable Integer floor,

            @Required @JsonPropertyDescription("What one replica draws.")
            Replica replica) {}

    /** One object. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ObjectRef(
            @Required @JsonPropertyDescription("Such as keda.sh/v1alpha1.")
            String apiVersion,

            @Required @JsonPropertyDescription("Such as ScaledObject.")
            String kind,

            @Required @JsonPropertyDescription("Of the object.")
            String name,

            @JsonPropertyDescription("Only in a ClusterPowerCap, and needed there.") @Nullable String namespace) {}

    /** Objects by their labels. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record ObjectSelector(
            @Required @JsonPropertyDescription("Such as apps/v1.")
            String apiVersion,

            @Required @JsonPropertyDescription("Such as Deployment.")
            String kind,

            @Required @JsonPropertyDescription("All of which an object must carry.")
            Map<String, String> matchLabels,

            @JsonPropertyDescription("Only in a ClusterPowerCap. Default all.") @Nullable List<String> namespaces) {}

    /** What one replica draws, in the same watts as the measurement. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Replica(
            @Required @Min(value = 0, inclusive = false) @JsonPropertyDescription("Worst case while it serves.")
            double peakWatts,

            @Min(0) @Default("0") @JsonPropertyDescription("While it is ready and idle. Default 0.") @Nullable Double idleWatts,

            @Min(0) @JsonPropertyDescription("Worst case while it starts. Default peakWatts.") @Nullable Double startingWatts,

            @Min(1) @JsonPropertyDescription("Default the limits of nvidia.com/gpu in the pod template.") @Nullable Integer gpus) {}

    /** The policy. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Policy(
            @Default("replica-cap")
            @JsonPropertyDescription("As capstan policies names it. Default replica-cap.")
            @PrinterColumn(name = "Policy", priority = 1)
            @Nullable String name,

            @JsonPropertyDescription("Parameters that differ from their defaults; switches are 0 or 1.") @Nullable Map<String, Double> parameters,

            @Default("1") @JsonPropertyDescription("Of its random decisions. Default 1.") @Nullable Long seed) {}

    /** Timers and guard rails. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    public record Timers(
            @Pattern(DURATION) @Default("15s") @JsonPropertyDescription("Between two decisions. Default 15s.") @Nullable String controlInterval,

            @Pattern(DURATION) @Default("30s") @JsonPropertyDescription("Of the power exporter. Default 30s.") @Nullable String exporterInterval,

            @Pattern(DURATION) @Default("15s") @JsonPropertyDescription("Of Prometheus. Default 15s.") @Nullable String scrapeInterval,

            @Pattern(DURATION) @Default("15s")
            @JsonPropertyDescription("Sync period of the HPA controller. Default 15s.")
            @Nullable String hpaSync,

            @Pattern(DURATION) @Default("1s")
            @JsonPropertyDescription("From a decision to the object. Default 1s.")
            @Nullable String apiLatency,

            @Pattern(DURATION) @Default("60s")
            @JsonPropertyDescription("How long to hold when telemetry is lost, before ceilings step down. Default 60s.")
            @Nullable String hold,

            @Pattern(DURATION) @Default("15s")
            @JsonPropertyDescription("Least time between two raises of one service. Default 15s.")
            @Nullable String raiseInterval,

            @Min(1) @Default("1")
            @JsonPropertyDescription("Replicas by which one step may raise a ceiling. Default 1.")
            @Nullable Integer maxRaisePerStep,

            @Pattern(DURATION) @Default("60s")
            @JsonPropertyDescription("How long ahead an announced fall of the cap is met. Default 60s.")
            @Nullable String lead,

            @Min(value = 0, inclusive = false) @JsonPropertyDescription("How fast raises may add to the worst case. Default no limit.")
            @Nullable Double rampWattsPerSecond,

            @Pattern(DURATION) @Default("0s")
            @JsonPropertyDescription("How long after a raise of one service no other is raised. Default 0s.")
            @Nullable String stagger) {}

    /** Where the certificate is. */
    @JsonInclude(JsonInclude.Include.NON_NULL)
    @ValidationRule(
            value = "has(self.configMap) != has(self.secret)",
            message = "exactly one of configMap and secret must be given")
    public record CertificateSource(
            @JsonPropertyDescription("Key of a ConfigMap.") @Nullable KeyRef configMap,

            @JsonPropertyDescription("Key of a Secret.") @Nullable KeyRef secret,

            @JsonPropertyDescription(
                    "Key of a ConfigMap with the public key of its issuer, in PEM. Without it signatures are not"
                            + " looked at.")
            @Nullable KeyRef publicKey) {}
}
