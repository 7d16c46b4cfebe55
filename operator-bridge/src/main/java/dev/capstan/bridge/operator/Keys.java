package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.KeyRef;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Reads keys of ConfigMaps and Secrets, one object at a time and by name, so that the operator need not be allowed to list
 * them; what was read is kept for a minute. Never shows a secret.
 */
final class Keys {

    private static final Duration KEPT = Duration.ofSeconds(60);

    /** Of the object. */
    enum Kind {
        CONFIG_MAP("ConfigMap"),
        SECRET("Secret");

        private final String words;

        Kind(String words) {
            this.words = words;
        }

        String words() {
            return words;
        }
    }

    private record Name(Kind kind, String namespace, String name) {}

    private record Kept(long readNanos, Map<String, String> values) {}

    private final KubernetesClient client;
    private final String ownNamespace;
    private final LongSupplier monotonicNanos;
    private final Map<Name, Kept> kept = new ConcurrentHashMap<>();

    /** @param ownNamespace where the objects of cluster-wide caps are */
    Keys(KubernetesClient client, String ownNamespace, LongSupplier monotonicNanos) {
        this.client = client;
        this.ownNamespace = ownNamespace;
        this.monotonicNanos = monotonicNanos;
    }

    /**
     * The text under a key.
     *
     * @throws IOException if there is none, or it could not be read; the message names object and key
     */
    String text(CapResource resource, Kind kind, KeyRef ref) throws IOException {
        return text(resource, kind, ref.name(), ref.key());
    }

    /** The same. */
    String text(CapResource resource, Kind kind, String name, String key) throws IOException {
        String namespace = resource.getMetadata().getNamespace() == null
                ? ownNamespace
                : resource.getMetadata().getNamespace();
        Map<String, String> values = values(new Name(kind, namespace, name));
        String value = values.get(key);
        if (value == null) {
            throw new IOException(kind.words() + " " + namespace + "/" + name + " has no key \"" + key + "\", only "
                    + String.join(", ", values.keySet()));
        }
        return value;
    }

    private Map<String, String> values(Name name) throws IOException {
        long now = monotonicNanos.getAsLong();
        Kept known = kept.get(name);
        if (known != null && now - known.readNanos() < KEPT.toNanos()) {
            return known.values();
        }
        Map<String, String> values;
        try {
            values = name.kind() == Kind.CONFIG_MAP
                    ? configMap(client.configMaps()
                            .inNamespace(name.namespace())
                            .withName(name.name())
                            .get())
                    : secret(client.secrets()
                            .inNamespace(name.namespace())
                            .withName(name.name())
                            .get());
        } catch (KubernetesClientException e) {
            throw new IOException(
                    name.kind().words() + " " + name.namespace() + "/" + name.name() + " cannot be read: "
                            + (e.getStatus() == null
                                    ? e.getMessage()
                                    : e.getStatus().getMessage()),
                    e);
        }
        if (values == null) {
            throw new IOException("there is no " + name.kind().words() + " " + name.namespace() + "/" + name.name());
        }
        kept.put(name, new Kept(now, values));
        return values;
    }

    private static @Nullable Map<String, String> configMap(@Nullable ConfigMap map) {
        return map == null ? null : map.getData() == null ? Map.of() : Map.copyOf(map.getData());
    }

    private static @Nullable Map<String, String> secret(@Nullable Secret secret) {
        if (secret == null) {
            return null;
        }
        Map<String, String> values = new TreeMap<>();
        if (secret.getData() != null) {
            secret.getData()
                    .forEach((key, value) ->
                            values.put(key, new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8)));
        }
        return values;
    }
}
