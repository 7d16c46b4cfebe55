package dev.capstan.bridge.certificate;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a point of a sweep has shown of one policy: with which parameters, guard rails and timers it was rehearsed, at which
 * caps, on what, and how much of what it had to contain it contained. {@link CertificateFile} reads and writes it,
 * docs/certify.md says what each key means.
 *
 * @param capstanVersion of the code of the policy
 * @param issued from this instant on it counts
 * @param expires from this instant on it counts no more; after {@code issued}
 * @param guardRails null for a baseline that runs without
 * @param services those that were rehearsed, at least one
 * @param notes what the rehearsal rests on, in sentences
 * @param signature of all the rest, see {@link CertificateSignature}; null where nobody signed it
 */
public record Certificate(
        String capstanVersion,
        Instant issued,
        Instant expires,
        Policy policy,
        @Nullable Rails guardRails,
        Timers timers,
        Cap cap,
        List<Service> services,
        Outcome outcome,
        Rehearsal rehearsal,
        List<Trace> traces,
        List<String> notes,
        @Nullable String signature) {

    /**
     * @throws IllegalArgumentException if it ends before it begins, or names no service
     * @throws NullPointerException if something is missing
     */
    public Certificate {
        requireNonNull(capstanVersion, "capstan_version");
        requireNonNull(policy, "policy");
        requireNonNull(timers, "timers");
        requireNonNull(cap, "cap");
        requireNonNull(outcome, "outcome");
        requireNonNull(rehearsal, "rehearsal");
        if (!requireNonNull(expires, "expires").isAfter(requireNonNull(issued, "issued"))) {
            throw new IllegalArgumentException(
                    "a certificate must expire after it was issued at " + issued + ", was to expire at " + expires);
        }
        services = List.copyOf(services);
        traces = List.copyOf(traces);
        notes = List.copyOf(notes);
        if (services.isEmpty()) {
            throw new IllegalArgumentException("a certificate needs at least one service");
        }
    }

    /** The same with another signature. */
    Certificate withSignature(@Nullable String other) {
        return new Certificate(
                capstanVersion,
                issued,
                expires,
                policy,
                guardRails,
                timers,
                cap,
                services,
                outcome,
                rehearsal,
                traces,
                notes,
                other);
    }

    /**
     * The policy.
     *
     * @param label how the experiment names it
     * @param name in the registry
     * @param parameters a value for each of them
     */
    public record Policy(String label, String name, Map<String, Double> parameters) {
        public Policy {
            requireNonNull(label, "label");
            requireNonNull(name, "name");
            // In order, so that reasons come in the order in which people look them up.
            parameters = Collections.unmodifiableMap(new TreeMap<>(Map.copyOf(parameters)));
        }
    }

    /** Guard rails as {@link dev.capstan.capping.GuardRails} has them, in seconds; no ramp is null. */
    public record Rails(
            double maxReadingAgeSeconds,
            double holdSeconds,
            double plausibleFactor,
            int maxRaisePerStep,
            double raiseIntervalSeconds,
            double leadSeconds,
            @Nullable Double rampWattsPerSecond,
            double staggerSeconds) {}

    /**
     * The chain of delays from true power to a lever.
     *
     * @param powerSource {@code energy-counter} or {@code power-gauge}
     * @param rateWindowSeconds window of {@code rate()}; null for a gauge
     * @param brakeLatencySeconds from a decision until a clock is in force that must be so at once
     */
    public record Timers(
            String powerSource,
            double controlIntervalSeconds,
            double exporterIntervalSeconds,
            double scrapeIntervalSeconds,
            @Nullable Double rateWindowSeconds,
            double apiLatencySeconds,
            double gpuLimitLatencySeconds,
            double clockLatencySeconds,
            double brakeLatencySeconds,
            double concurrencyLatencySeconds,
            double admissionLatencySeconds,
            double routingLatencySeconds) {
        public Timers {
            requireNonNull(powerSource, "power_source");
        }
    }

    /**
     * The caps that it covers.
     *
     * @param containWithinSeconds time within which a disturbance had to be back under the cap
     * @param points the points of the sweep that the range is made of, by cap
     */
    public record Cap(double lowestWatts, double highestWatts, double containWithinSeconds, List<CapPoint> points) {
        public Cap {
            points = List.copyOf(points);
        }

        boolean covers(double watts) {
            return Numbers.compare(watts, lowestWatts) >= 0 && Numbers.compare(watts, highestWatts) <= 0;
        }
    }

    /** How well one cap at the start of the run was held. */
    public record CapPoint(double startWatts, long disturbances, long contained, Estimate successRate) {
        public CapPoint {
            requireNonNull(successRate, "success_rate");
        }
    }

    /**
     * A service that was rehearsed.
     *
     * @param profile of its model on its GPUs
     * @param profileSha256 of the profile, adjustments included
     * @param graceSeconds how long a replica that was told to stop may go on
     */
    public record Service(
            String name,
            String profile,
            String profileSha256,
            int minReplicas,
            int maxReplicas,
            double hpaSyncSeconds,
            double graceSeconds) {
        public Service {
            requireNonNull(name, "name");
            requireNonNull(profile, "profile");
            requireNonNull(profileSha256, "profile_sha256");
        }
    }

    /** An estimate with its 95 % interval. */
    public record Estimate(double estimate, double low, double high) {}

    /**
     * What came of the rehearsal at the certified point; null where there is no such figure.
     *
     * @param successRate contained over disturbances, Wilson's interval
     * @param minSuccess what its lower end had to be at least
     * @param successRateWithoutCapping the same of policy {@code none} at the same point: what passes by itself
     */
    public record Outcome(
            long disturbances,
            long contained,
            Estimate successRate,
            double minSuccess,
            @Nullable Estimate successRateWithoutCapping,
            @Nullable Estimate timeUnderCapFraction,
            @Nullable Estimate goodputRequestsPerSecond,
            @Nullable Estimate sloAttainment,
            @Nullable Estimate strandedWattSeconds) {
        public Outcome {
            requireNonNull(successRate, "success_rate");
        }
    }

    /**
     * The sweep and the point in it.
     *
     * @param mode {@code requests} or {@code power}
     * @param axes values of the point by dotted path, as written
     * @param runs of the point, one for each replication
     * @param pointsSha256 of {@code points.csv}: who runs the experiment again gets the same bytes
     * @param summarySha256 of {@code summary.csv}
     */
    public record Rehearsal(
            String experiment,
            String experimentSha256,
            String mode,
            Map<String, String> axes,
            double warmupSeconds,
            @Nullable Double durationSeconds,
            List<Run> runs,
            String pointsSha256,
            String summarySha256) {
        public Rehearsal {
            requireNonNull(experiment, "experiment");
            requireNonNull(experimentSha256, "experiment_sha256");
            requireNonNull(mode, "mode");
            requireNonNull(pointsSha256, "points_sha256");
            requireNonNull(summarySha256, "summary_sha256");
            axes = Collections.unmodifiableMap(new TreeMap<>(Map.copyOf(axes)));
            runs = List.copyOf(runs);
        }
    }

    /** A run; its seed as text, since many programs lose digits of numbers so large. */
    public record Run(String runId, String seed) {
        public Run {
            requireNonNull(runId, "run_id");
            requireNonNull(seed, "seed");
        }
    }

    /** A trace of the sweep, as its manifest has it. */
    public record Trace(String role, String name, String path, String sha256, String licence) {
        public Trace {
            requireNonNull(role, "role");
            requireNonNull(name, "name");
            requireNonNull(path, "path");
            requireNonNull(sha256, "sha256");
            requireNonNull(licence, "licence");
        }
    }

    /**
     * Why the certificate does not count, whatever is to be enforced.
     *
     * @param capstanVersion of the code that would enforce the policy
     * @return empty if it counts
     */
    public List<Refusal> refusals(Instant now, String capstanVersion) {
        List<Refusal> refusals = new ArrayList<>();
        if (!capstanVersion.equals(this.capstanVersion)) {
            refusals.add(new Refusal(
                    Refusal.Reason.FOREIGN,
                    "policy " + policy.name() + " was rehearsed with Capstan " + this.capstanVersion + ", this is "
                            + capstanVersion
                            + ", whose policy may decide otherwise. Rehearse it again with this version."));
        }
        if (now.isBefore(issued)) {
            refusals.add(new Refusal(
                    Refusal.Reason.NOT_YET_VALID,
                    "it counts from " + issued + " on, now it is " + now + ". Maybe a clock is wrong."));
        }
        if (!now.isBefore(expires)) {
            refusals.add(new Refusal(
                    Refusal.Reason.EXPIRED,
                    "it expired at " + expires + ", now it is " + now
                            + ". Rehearse on traces of today and certify that."));
        }
        return refusals;
    }

    /**
     * Everything about what is to be enforced that the certificate does not cover, and why it does not count at all.
     *
     * @return empty if the policy may be enforced so
     */
    public List<Refusal> refusals(Enforcement planned, Instant now, String capstanVersion) {
        List<Refusal> refusals = new ArrayList<>(refusals(now, capstanVersion));
        refusals.addAll(new Coverage(this).refusals(planned));
        return refusals;
    }
}
