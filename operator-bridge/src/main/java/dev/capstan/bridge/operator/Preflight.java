package dev.capstan.bridge.operator;

import dev.capstan.bridge.install.InstallManifests;
import dev.capstan.bridge.prometheus.PrometheusClient;
import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.ClusterPowerCap;
import dev.capstan.bridge.resource.PowerCap;
import dev.capstan.bridge.resource.PowerCapStatus;
import dev.capstan.bridge.telemetry.PowerSurvey;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributes;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceAttributesBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectAccessReviewBuilder;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReview;
import io.fabric8.kubernetes.api.model.authorization.v1.SubjectAccessReviewBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.VersionInfo;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks whether a cluster has what the operator needs, before it is installed or when it does not work. */
public final class Preflight {

    /** How a check ended. */
    public enum Verdict {
        /** As it should be. */
        OK,
        /** The operator works, without what the message names. */
        WARNING,
        /** The operator does not work so. */
        FAILED
    }

    /**
     * What one check found.
     *
     * @param subject what was looked at
     * @param message what was found, and what to do where it is not as it should be
     */
    public record Finding(String subject, Verdict verdict, String message) {}

    /**
     * Something that the operator asks of the API server.
     *
     * @param group of the API; empty for the core
     * @param resource plural, with its subresource after a slash
     * @param lever what does not work without it; null where nothing works
     */
    record Permission(
            String verb,
            String group,
            String resource,
            @Nullable String lever) {}

    private static final String OURS = "capstan.dev";
    private static final String KEDA = "keda.sh";
    private static final String KSERVE = "serving.kserve.io";
    private static final String STACK = "production-stack.vllm.ai";

    private static final List<Permission> PERMISSIONS = permissions();
    private static final int OLDEST_MINOR = 25;
    private static final int MAXIMUM_AGE_SECONDS = 60;

    private final KubernetesClient client;
    private final String namespace;

    /** @param namespace of the operator, where its lease is */
    public Preflight(KubernetesClient client, String namespace) {
        this.client = client;
        this.namespace = namespace;
    }

    private static List<Permission> permissions() {
        List<Permission> all = new ArrayList<>();
        for (String kind : List.of("powercaps", "clusterpowercaps")) {
            for (String verb : List.of("get", "list", "watch", "patch", "update")) {
                all.add(new Permission(verb, OURS, kind, null));
            }
            all.add(new Permission("update", OURS, kind + "/status", null));
        }
        for (String verb : List.of("get", "create", "update", "patch")) {
            all.add(new Permission(verb, "coordination.k8s.io", "leases", null));
        }
        all.add(new Permission("create", "", "events", "events of PowerCaps"));
        lever(all, "apps", "deployments", "Deployments");
        scale(all, "apps", "deployments", "Deployments");
        lever(all, "apps", "statefulsets", "StatefulSets");
        scale(all, "apps", "statefulsets", "StatefulSets");
        lever(all, "autoscaling", "horizontalpodautoscalers", "HorizontalPodAutoscalers");
        patch(all, "autoscaling", "horizontalpodautoscalers", "HorizontalPodAutoscalers");
        lever(all, KEDA, "scaledobjects", "KEDA ScaledObjects");
        patch(all, KEDA, "scaledobjects", "KEDA ScaledObjects");
        for (String kind : List.of("inferenceservices", "llminferenceservices")) {
            lever(all, KSERVE, kind, "KServe");
            patch(all, KSERVE, kind, "KServe");
        }
        lever(all, STACK, "vllmruntimes", "the vLLM production stack");
        patch(all, STACK, "vllmruntimes", "the vLLM production stack");
        return List.copyOf(all);
    }

    private static void lever(List<Permission> all, String group, String resource, String lever) {
        for (String verb : List.of("get", "list", "watch")) {
            all.add(new Permission(verb, group, resource, lever));
        }
    }

    private static void scale(List<Permission> all, String group, String resource, String lever) {
        all.add(new Permission("patch", group, resource + "/scale", lever));
    }

    private static void patch(List<Permission> all, String group, String resource, String lever) {
        all.add(new Permission("patch", group, resource, lever));
    }

    /**
     * Runs all checks.
     *
     * @return in the order of the checks; a server that does not answer is the only finding then
     */
    public List<Finding> findings() {
        List<Finding> findings = new ArrayList<>();
        try {
            findings.add(version(client.getKubernetesVersion()));
        } catch (KubernetesClientException e) {
            return List.of(new Finding(
                    "API server",
                    Verdict.FAILED,
                    client.getMasterUrl() + " does not answer: " + e.getMessage()
                            + ". Look at the kubeconfig, and at whether the cluster is up."));
        }
        boolean caps = ours("powercaps", findings);
        boolean clusterCaps = ours("clusterpowercaps", findings);
        findings.add(kinds("KEDA", KEDA, "ScaledObjects"));
        findings.add(kinds("KServe", KSERVE, "InferenceServices"));
        findings.add(kinds("vLLM production stack", STACK, "VLLMRuntimes"));
        Predicate<ResourceAttributes> allowed = reviewer(findings);
        for (Permission permission : PERMISSIONS) {
            granted(permission, allowed, findings);
        }
        if (caps && clusterCaps) {
            caps(findings);
        }
        return findings;
    }

    private void caps(List<Finding> findings) {
        try {
            Stream.concat(
                            client.resources(PowerCap.class).inAnyNamespace().list().getItems().stream(),
                            client.resources(ClusterPowerCap.class).list().getItems().stream())
                    .forEach(cap -> findings.addAll(cap(cap)));
        } catch (KubernetesClientException e) {
            findings.add(unseen("PowerCaps", e));
        }
    }

    /** What the operator says of a cap itself. */
    private static List<Finding> cap(CapResource cap) {
        String name = Operating.key(cap);
        PowerCapStatus status = cap.getStatus();
        if (status == null || status.conditions() == null) {
            return List.of(new Finding(name, Verdict.WARNING, "has no status: no operator has looked at it"));
        }
        List<Finding> wrong = status.conditions().stream()
                .filter(one -> !Conditions.isAsItShouldBe(one))
                .map(one -> new Finding(
                        name,
                        Verdict.WARNING,
                        "has " + one.getType() + " " + one.getStatus() + ": " + one.getMessage()))
                .toList();
        return wrong.isEmpty() ? List.of(new Finding(name, Verdict.OK, "works in mode " + status.mode())) : wrong;
    }

    /**
     * Looks what a Prometheus knows of power.
     *
     * @param now the instant of all queries
     */
    public static List<Finding> telemetry(PrometheusClient prometheus, Instant now) {
        String name = "Prometheus";
        PowerSurvey survey;
        try {
            survey = PowerSurvey.of(prometheus, now);
        } catch (IOException e) {
            return List.of(new Finding(name, Verdict.FAILED, "cannot be asked: " + e.getMessage()));
        }
        List<Finding> findings = new ArrayList<>();
        for (PowerSurvey.Exporter one : survey.exporters()) {
            findings.add(exporter(one));
        }
        if (findings.isEmpty()) {
            findings.add(new Finding(
                    name,
                    Verdict.WARNING,
                    "at " + prometheus.address()
                            + " has neither DCGM's power of GPUs nor Kepler's of pods: a PowerCap needs"
                            + " source: custom. Maybe the exporter is not scraped."));
        }
        survey.remarks().forEach(remark -> findings.add(new Finding(name, Verdict.WARNING, "says: " + remark)));
        return findings;
    }

    private static Finding exporter(PowerSurvey.Exporter one) {
        String subject = "source " + one.source();
        String units = "has " + one.units() + " " + one.unit();
        if (one.ofPods() == 0) {
            return new Finding(
                    subject,
                    Verdict.WARNING,
                    units
                            + ", none with the name of a pod that uses it: no service can be told. Maybe no pod has a GPU now, or"
                            + " dcgm-exporter runs without DCGM_EXPORTER_KUBERNETES=true.");
        }
        String found = String.format(
                Locale.ROOT,
                "%s, %d of them with the name of their pod; samples up to %.0f s old; %s",
                units,
                one.ofPods(),
                one.oldestSeconds(),
                one.matched());
        return one.oldestSeconds() > MAXIMUM_AGE_SECONDS
                ? new Finding(
                        subject,
                        Verdict.WARNING,
                        found + ". A PowerCap takes none older than its maximumAge, by default " + MAXIMUM_AGE_SECONDS
                                + " s.")
                : new Finding(subject, Verdict.OK, found);
    }

    private static Finding version(@Nullable VersionInfo version) {
        String text = version == null ? "unknown" : version.getMajor() + "." + version.getMinor();
        String minor = version == null ? "" : version.getMinor().replaceAll("\\D", "");
        boolean old = minor.isEmpty() || Integer.parseInt(minor) < OLDEST_MINOR;
        return old
                ? new Finding(
                        "API server",
                        Verdict.WARNING,
                        "is of release " + text + "; before 1." + OLDEST_MINOR
                                + " it does not evaluate the rules of the"
                                + " PowerCap that go over several fields: the operator reports them in the status")
                : new Finding("API server", Verdict.OK, "is of release " + text);
    }

    private boolean ours(String plural, List<Finding> findings) {
        String name = plural + "." + OURS;
        boolean there;
        try {
            there = client.apiextensions()
                            .v1()
                            .customResourceDefinitions()
                            .withName(name)
                            .get()
                    != null;
        } catch (KubernetesClientException e) {
            findings.add(unseen(name, e));
            return false;
        }
        findings.add(
                there
                        ? new Finding(name, Verdict.OK, "is installed")
                        : new Finding(
                                name,
                                Verdict.FAILED,
                                "is not installed. Install it: capstan operator crds | kubectl apply --server-side -f -"));
        return there;
    }

    private static Finding unseen(String subject, KubernetesClientException e) {
        return new Finding(
                subject,
                Verdict.WARNING,
                "cannot be looked at: " + e.getMessage() + ". Maybe use a login that may read it.");
    }

    private Finding kinds(String name, String group, String kinds) {
        return client.hasApiGroup(group, true)
                ? new Finding(name, Verdict.OK, "serves " + group)
                : new Finding(name, Verdict.WARNING, "is not installed: " + kinds + " cannot be targets");
    }

    /** Who is asked about: the operator's own account where it is there, else whoever asks. */
    private Predicate<ResourceAttributes> reviewer(List<Finding> findings) {
        String account = "system:serviceaccount:" + namespace + ":" + InstallManifests.ACCOUNT;
        String why;
        try {
            if (client.serviceAccounts()
                            .inNamespace(namespace)
                            .withName(InstallManifests.ACCOUNT)
                            .get()
                    != null) {
                ask(account, attributes(PERMISSIONS.get(0)));
                findings.add(new Finding("permissions", Verdict.OK, "are looked at for " + account));
                return attributes -> ask(account, attributes);
            }
            why = "namespace " + namespace + " has no ServiceAccount " + InstallManifests.ACCOUNT
                    + " (--namespace: that of the operator)";
        } catch (KubernetesClientException e) {
            why = e.getMessage();
        }
        findings.add(new Finding("permissions", Verdict.OK, "are looked at for your own login: " + why));
        return this::ask;
    }

    private boolean ask(String account, ResourceAttributes attributes) {
        SubjectAccessReview review = new SubjectAccessReviewBuilder()
                .withNewSpec()
                .withUser(account)
                .withGroups("system:serviceaccounts", "system:serviceaccounts:" + namespace, "system:authenticated")
                .withResourceAttributes(attributes)
                .endSpec()
                .build();
        return client.resource(review).create().getStatus().getAllowed();
    }

    private boolean ask(ResourceAttributes attributes) {
        SelfSubjectAccessReview review = new SelfSubjectAccessReviewBuilder()
                .withNewSpec()
                .withResourceAttributes(attributes)
                .endSpec()
                .build();
        return client.resource(review).create().getStatus().getAllowed();
    }

    private ResourceAttributes attributes(Permission permission) {
        String[] parts = permission.resource().split("/", 2);
        boolean lease = permission.resource().equals("leases");
        return new ResourceAttributesBuilder()
                .withVerb(permission.verb())
                .withGroup(permission.group())
                .withResource(parts[0])
                .withSubresource(parts.length > 1 ? parts[1] : null)
                .withNamespace(lease ? namespace : null)
                .build();
    }

    private void granted(Permission permission, Predicate<ResourceAttributes> allowed, List<Finding> findings) {
        if (allowed.test(attributes(permission))) {
            return;
        }
        String what = permission.verb() + " " + permission.resource()
                + (permission.group().isEmpty() ? "" : "." + permission.group());
        findings.add(
                permission.lever() == null
                        ? new Finding(
                                "permission", Verdict.FAILED, "to " + what + " is missing. The role capstan grants it.")
                        : new Finding(
                                "permission",
                                Verdict.WARNING,
                                "to " + what + " is missing: without it " + permission.lever() + " do not work."));
    }
}
