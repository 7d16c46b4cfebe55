package dev.capstan.cli;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Which cluster a command speaks with. */
final class KubernetesOptions {

    private static final int ANSWER_MILLIS = 10_000;

    @Option(
            names = "--kubeconfig",
            paramLabel = "FILE",
            description = "How to log in to the cluster; default KUBECONFIG, ~/.kube/config, or the pod's own account.")
    private @Nullable Path kubeconfig;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            description = "Of the operator, where its lease is; default POD_NAMESPACE, or that of the login.")
    private @Nullable String namespace;

    /** Gives up at once: whoever asks tries again by himself. */
    KubernetesClient client() {
        Config found = kubeconfig == null ? Config.autoConfigure(null) : Config.fromKubeconfig(text(kubeconfig));
        Config config = new ConfigBuilder(found)
                .withRequestRetryBackoffLimit(0)
                .withRequestTimeout(ANSWER_MILLIS)
                .withConnectionTimeout(ANSWER_MILLIS)
                .build();
        return new KubernetesClientBuilder().withConfig(config).build();
    }

    String namespace(KubernetesClient client) {
        if (namespace != null) {
            return namespace;
        }
        String pod = System.getenv("POD_NAMESPACE");
        if (pod != null && !pod.isEmpty()) {
            return pod;
        }
        return client.getNamespace() == null ? "default" : client.getNamespace();
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new InvalidArgument(
                    "--kubeconfig: " + file + " cannot be read: it must be a file with a cluster and a login.");
        }
    }
}
