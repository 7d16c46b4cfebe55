package dev.capstan.bridge.target;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The objects of a cluster as informers keep them: reading costs no request. The informer of a kind starts when that kind is
 * first asked for. Objects come without {@code managedFields}, which are larger than all the rest.
 */
public final class ClusterView implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterView.class);
    private static final Duration SYNC_LIMIT = Duration.ofSeconds(30);
    private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(60);
    private static final Map<String, List<String>> KNOWN = Map.of(
            "HorizontalPodAutoscaler", List.of("autoscaling/v2", "autoscaling/v2beta2", "autoscaling/v1"),
            "ScaledObject", List.of("keda.sh/v1alpha1"),
            "InferenceService", List.of("serving.kserve.io/v1beta1"),
            "LLMInferenceService", List.of("serving.kserve.io/v1alpha2", "serving.kserve.io/v1alpha1"),
            "VLLMRuntime", List.of("production-stack.vllm.ai/v1alpha1"),
            "LeaderWorkerSet", List.of("leaderworkerset.x-k8s.io/v1"));
    private static final String NAMESPACE_INDEX = Cache.NAMESPACE_INDEX;

    /** How a kind is served. */
    record Served(ResourceDefinitionContext context, boolean scalable) {}

    private record Kind(String apiVersion, String kind) {}

    private record Watched(Served served, SharedIndexInformer<GenericKubernetesResource> informer) {}

    private final KubernetesClient client;
    private final LongSupplier monotonicNanos;
    private final Map<Kind, Watched> watched = new ConcurrentHashMap<>();
    private final Map<Kind, Long> missingSince = new ConcurrentHashMap<>();

    /** @param monotonicNanos a clock that only goes forward */
    public ClusterView(KubernetesClient client, LongSupplier monotonicNanos) {
        this.client = client;
        this.monotonicNanos = monotonicNanos;
    }

    /** The object, if it is there. */
    Optional<GenericKubernetesResource> get(ObjectId id) {
        Watched kind = watched(id.apiVersion(), id.kind());
        return kind == null
                ? Optional.empty()
                : Optional.ofNullable(
                        kind.informer().getIndexer().getByKey(Cache.namespaceKeyFunc(id.namespace(), id.name())));
    }

    /** All objects of a kind in a namespace; in all namespaces for null. */
    List<GenericKubernetesResource> list(String apiVersion, String kind, @Nullable String namespace) {
        Watched one = watched(apiVersion, kind);
        if (one == null) {
            return List.of();
        }
        return namespace == null
                ? one.informer().getIndexer().list()
                : one.informer().getIndexer().byIndex(NAMESPACE_INDEX, namespace);
    }

    /** Objects of a kind that carry all these labels, in the order of their names. */
    public List<ObjectId> select(
            String apiVersion, String kind, @Nullable String namespace, Map<String, String> labels) {
        return list(apiVersion, kind, namespace).stream()
                .filter(object -> object.getMetadata().getLabels() != null
                        && object.getMetadata().getLabels().entrySet().containsAll(labels.entrySet()))
                .map(object -> new ObjectId(
                        apiVersion,
                        kind,
                        object.getMetadata().getNamespace(),
                        object.getMetadata().getName()))
                .sorted(java.util.Comparator.comparing(ObjectId::toString))
                .collect(Collectors.toList());
    }

    /**
     * The version of a kind whose name alone was given: of those that are known the newest that is served, else the first
     * one.
     */
    public String knownVersion(String kind) {
        List<String> versions = KNOWN.getOrDefault(kind, List.of("apps/v1"));
        return versions.stream()
                .filter(version -> served(version, kind).isPresent())
                .findFirst()
                .orElse(versions.get(0));
    }

    /** How a kind is served; empty where it is not installed. */
    Optional<Served> served(String apiVersion, String kind) {
        return Optional.ofNullable(watched(apiVersion, kind)).map(Watched::served);
    }

    private @Nullable Watched watched(String apiVersion, String kind) {
        Kind key = new Kind(apiVersion, kind);
        Watched known = watched.get(key);
        if (known != null) {
            return known;
        }
        Long since = missingSince.get(key);
        if (since != null && monotonicNanos.getAsLong() - since < ASK_AGAIN_AFTER.toNanos()) {
            return null;
        }
        synchronized (watched) {
            Watched other = watched.get(key);
            return other == null ? start(key) : other;
        }
    }

    private @Nullable Watched start(Kind key) {
        Served served = discover(key);
        if (served == null) {
            missingSince.put(key, monotonicNanos.getAsLong());
            return null;
        }
        SharedIndexInformer<GenericKubernetesResource> informer = client.genericKubernetesResources(served.context())
                .inAnyNamespace()
                .runnableInformer(0);
        informer.itemStore(new BasicItemStore<>(Cache::metaNamespaceKeyFunc) {
            @Override
            public GenericKubernetesResource put(String name, GenericKubernetesResource object) {
                object.getMetadata().setManagedFields(null);
                return super.put(name, object);
            }
        });
        try {
            informer.start().toCompletableFuture().get(SYNC_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            informer.stop();
            missingSince.put(key, monotonicNanos.getAsLong());
            LOG.warn("{} of {} cannot be watched: {}", key.kind(), key.apiVersion(), e.getMessage());
            return null;
        } catch (InterruptedException e) {
            informer.stop();
            Thread.currentThread().interrupt();
            return null;
        }
        Watched started = new Watched(served, informer);
        watched.put(key, started);
        return started;
    }

    private @Nullable Served discover(Kind key) {
        APIResourceList resources = client.getApiResources(key.apiVersion());
        if (resources == null) {
            return null;
        }
        for (APIResource resource : resources.getResources()) {
            if (resource.getKind().equals(key.kind()) && !resource.getName().contains("/")) {
                String[] parts = key.apiVersion().split("/", 2);
                boolean scalable = resources.getResources().stream()
                        .anyMatch(other -> other.getName().equals(resource.getName() + "/scale"));
                return new Served(
                        new ResourceDefinitionContext.Builder()
                                .withGroup(parts.length > 1 ? parts[0] : "")
                                .withVersion(parts[parts.length - 1])
                                .withKind(key.kind())
                                .withPlural(resource.getName())
                                .withNamespaced(true)
                                .build(),
                        scalable);
            }
        }
        return null;
    }

    @Override
    public void close() {
        watched.values().forEach(one -> one.informer().stop());
        watched.clear();
    }
}
