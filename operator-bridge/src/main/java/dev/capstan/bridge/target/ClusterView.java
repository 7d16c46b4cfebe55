package dev.capstan.bridge.target;

import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.APIResourceList;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.BasicItemStore;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.time.Duration;
import java.util.Comparator;
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
 * first asked for; a kind that is not there, or may not be read, is asked for again after a minute. Objects come without the
 * {@code managedFields} of others, which are larger than all the rest.
 *
 * <p><b>Caveats.</b> What is read may be old, by moments or, while a watch is broken, by more; but never older than what the
 * server has answered to this process. Calls throw
 * {@link KubernetesClientException} where a kind is new to the view and the server does not answer.
 */
public final class ClusterView implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ClusterView.class);
    private static final Duration SYNC_LIMIT = Duration.ofSeconds(30);
    private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(60);
    private static final String TARGET_INDEX = "target";
    private static final String OWNER_INDEX = "owner";

    /**
     * How a kind is served.
     *
     * @param replicasPath where the objects hold the replicas that their scale subresource bounds; null where they have none
     * @param statusPath where they hold the replicas that are there
     */
    record Served(
            ResourceDefinitionContext context, @Nullable String replicasPath, String statusPath) {}

    private record Kind(String apiVersion, String kind) {}

    private record Trouble(long sinceNanos, String message) {}

    private final KubernetesClient client;
    private final LongSupplier monotonicNanos;
    private final Map<Kind, Served> served = new ConcurrentHashMap<>();
    private final Map<Kind, SharedIndexInformer<GenericKubernetesResource>> watched = new ConcurrentHashMap<>();
    private final Map<Kind, Trouble> troubles = new ConcurrentHashMap<>();
    /** What the server answered, until the informer has it, too. */
    private final Map<ObjectId, GenericKubernetesResource> answers = new ConcurrentHashMap<>();

    /** @param monotonicNanos a clock that only goes forward */
    public ClusterView(KubernetesClient client, LongSupplier monotonicNanos) {
        this.client = client;
        this.monotonicNanos = monotonicNanos;
    }

    /** The object, if it is there. */
    Optional<GenericKubernetesResource> get(ObjectId id) {
        SharedIndexInformer<GenericKubernetesResource> informer = informer(new Kind(id.apiVersion(), id.kind()));
        return informer == null ? Optional.empty() : Optional.ofNullable(newest(id.withPart(null), informer));
    }

    /** The younger of what the server answered and what the informer has; an answer that is not is forgotten. */
    private @Nullable GenericKubernetesResource newest(
            ObjectId id, SharedIndexInformer<GenericKubernetesResource> informer) {
        GenericKubernetesResource watched =
                informer.getIndexer().getByKey(Cache.namespaceKeyFunc(id.namespace(), id.name()));
        GenericKubernetesResource answer = answers.get(id);
        if (answer == null || (watched != null && isOlder(watched, answer))) {
            return answer == null ? watched : answer;
        }
        answers.remove(id, answer);
        return watched;
    }

    /** Versions are decimal numbers that grow; of one that is not, the informer has the say. */
    private static boolean isOlder(GenericKubernetesResource one, GenericKubernetesResource other) {
        String old = one.getMetadata().getResourceVersion();
        String young = other.getMetadata().getResourceVersion();
        return (old + young).chars().allMatch(digit -> digit >= '0' && digit <= '9')
                && (old.length() == young.length() ? old.compareTo(young) < 0 : old.length() < young.length());
    }

    /** Takes note of an object as the server has just answered it. */
    void answered(ObjectId id, GenericKubernetesResource object) {
        ObjectId whole = id.withPart(null);
        answers.put(whole, withOurs(object));
        SharedIndexInformer<GenericKubernetesResource> informer = watched.get(new Kind(id.apiVersion(), id.kind()));
        if (informer != null) {
            // It may have been faster.
            newest(whole, informer);
        }
    }

    /**
     * Asks the server for an object.
     *
     * @return as it is there; empty where it is gone
     */
    Optional<GenericKubernetesResource> refresh(ObjectId id) {
        Optional<GenericKubernetesResource> object = served(id.apiVersion(), id.kind())
                .map(how -> client.genericKubernetesResources(how.context())
                        .inNamespace(id.namespace())
                        .withName(id.name())
                        .get());
        object.ifPresent(there -> answered(id, there));
        return object;
    }

    /** Objects of a kind whose {@code scaleTargetRef} names another object. */
    List<GenericKubernetesResource> scalersOf(String apiVersion, String kind, ObjectId target) {
        return byIndex(apiVersion, kind, TARGET_INDEX, target(target.namespace(), target.group(), target));
    }

    /** Objects of a kind that another one owns as their controller, in the order of their names. */
    List<GenericKubernetesResource> ownedBy(String apiVersion, String kind, String uid) {
        return byIndex(apiVersion, kind, OWNER_INDEX, uid).stream()
                .sorted(Comparator.comparing(object -> object.getMetadata().getName()))
                .toList();
    }

    private List<GenericKubernetesResource> byIndex(String apiVersion, String kind, String index, String key) {
        SharedIndexInformer<GenericKubernetesResource> informer = informer(new Kind(apiVersion, kind));
        return informer == null ? List.of() : informer.getIndexer().byIndex(index, key);
    }

    /** Objects of a kind that carry all these labels, in the order of their names. */
    public List<ObjectId> select(
            String apiVersion, String kind, @Nullable String namespace, Map<String, String> labels) {
        SharedIndexInformer<GenericKubernetesResource> informer = informer(new Kind(apiVersion, kind));
        if (informer == null) {
            return List.of();
        }
        List<GenericKubernetesResource> all = namespace == null
                ? informer.getIndexer().list()
                : informer.getIndexer().byIndex(Cache.NAMESPACE_INDEX, namespace);
        return all.stream()
                .filter(object -> object.getMetadata().getLabels() != null
                        && object.getMetadata().getLabels().entrySet().containsAll(labels.entrySet()))
                .map(object -> id(new Kind(apiVersion, kind), object))
                .sorted(Comparator.comparing(ObjectId::toString))
                .collect(Collectors.toList());
    }

    /**
     * The version of one of the {@link KnownKinds} whose name alone was given: the newest that is served, else the newest.
     *
     * @throws IllegalArgumentException of any other kind
     */
    public String knownVersion(String kind) {
        List<String> versions = KnownKinds.versions(kind);
        if (versions.isEmpty()) {
            throw new IllegalArgumentException("the API version of a " + kind + " is not known");
        }
        return versions.stream()
                .filter(version -> served(version, kind).isPresent())
                .findFirst()
                .orElse(versions.get(0));
    }

    /** The same object in the one version of those that are known, so that it has one name. */
    ObjectId canonical(ObjectId id) {
        List<String> versions = KnownKinds.versions(id.kind());
        return versions.size() > 1 && versions.get(0).startsWith(id.group() + "/")
                ? new ObjectId(knownVersion(id.kind()), id.kind(), id.namespace(), id.name(), id.part())
                : id;
    }

    /** How a kind is served; empty where it is not installed. */
    Optional<Served> served(String apiVersion, String kind) {
        Kind key = new Kind(apiVersion, kind);
        Served known = served.get(key);
        if (known != null) {
            return Optional.of(known);
        }
        if (isTroubled(key)) {
            return Optional.empty();
        }
        Served found = discover(key);
        if (found == null) {
            trouble(key, kind + " of " + apiVersion + " is not installed in this cluster. Look at apiVersion and kind");
            return Optional.empty();
        }
        served.put(key, found);
        return Optional.of(found);
    }

    /** Why objects of a kind cannot be read; null where they can. */
    @Nullable String trouble(String apiVersion, String kind) {
        Kind key = new Kind(apiVersion, kind);
        if (informer(key) != null) {
            return null;
        }
        Trouble trouble = troubles.get(key);
        return trouble == null ? kind + " cannot be read at the moment" : trouble.message();
    }

    private boolean isTroubled(Kind key) {
        Trouble trouble = troubles.get(key);
        return trouble != null && monotonicNanos.getAsLong() - trouble.sinceNanos() < ASK_AGAIN_AFTER.toNanos();
    }

    private void trouble(Kind key, String message) {
        troubles.put(key, new Trouble(monotonicNanos.getAsLong(), message));
    }

    private @Nullable SharedIndexInformer<GenericKubernetesResource> informer(Kind key) {
        SharedIndexInformer<GenericKubernetesResource> known = watched.get(key);
        if (known != null) {
            return known;
        }
        synchronized (watched) {
            SharedIndexInformer<GenericKubernetesResource> other = watched.get(key);
            if (other != null || isTroubled(key)) {
                return other;
            }
            return served(key.apiVersion(), key.kind())
                    .map(how -> start(key, how))
                    .orElse(null);
        }
    }

    private @Nullable SharedIndexInformer<GenericKubernetesResource> start(Kind key, Served how) {
        SharedIndexInformer<GenericKubernetesResource> informer = client.genericKubernetesResources(how.context())
                .inAnyNamespace()
                .runnableInformer(0)
                .addIndexers(Map.of(TARGET_INDEX, ClusterView::targets, OWNER_INDEX, ClusterView::owners));
        informer.itemStore(new BasicItemStore<>(Cache::metaNamespaceKeyFunc) {
            @Override
            public GenericKubernetesResource put(String name, GenericKubernetesResource object) {
                answers.computeIfPresent(id(key, object), (id, answer) -> isOlder(object, answer) ? answer : null);
                return super.put(name, withOurs(object));
            }

            @Override
            public @Nullable GenericKubernetesResource remove(String name) {
                GenericKubernetesResource object = super.remove(name);
                if (object != null) {
                    answers.remove(id(key, object));
                }
                return object;
            }
        });
        try {
            informer.start().toCompletableFuture().get(SYNC_LIMIT.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            informer.stop();
            String why = e.getCause() == null
                    ? "no answer within " + SYNC_LIMIT
                    : e.getCause().getMessage();
            trouble(key, key.kind() + " of " + key.apiVersion() + " cannot be watched: " + why);
            LOG.warn("{} of {} cannot be watched: {}", key.kind(), key.apiVersion(), why);
            return null;
        } catch (InterruptedException e) {
            informer.stop();
            Thread.currentThread().interrupt();
            return null;
        }
        watched.put(key, informer);
        return informer;
    }

    private static ObjectId id(Kind kind, GenericKubernetesResource object) {
        return new ObjectId(
                kind.apiVersion(),
                kind.kind(),
                object.getMetadata().getNamespace(),
                object.getMetadata().getName());
    }

    private static GenericKubernetesResource withOurs(GenericKubernetesResource object) {
        List<ManagedFieldsEntry> all = object.getMetadata().getManagedFields();
        if (all != null) {
            object.getMetadata()
                    .setManagedFields(all.stream()
                            .filter(one -> LeverWriter.MANAGER.equals(one.getManager()))
                            .toList());
        }
        return object;
    }

    private static List<String> targets(GenericKubernetesResource object) {
        if (!(object.<Object>get("spec", "scaleTargetRef") instanceof Map<?, ?>)) {
            return List.of();
        }
        ObjectId target = target(object);
        return List.of(target(target.namespace(), target.group(), target));
    }

    /** What the {@code scaleTargetRef} of an autoscaler names; KEDA lets version and kind be left out. */
    static ObjectId target(GenericKubernetesResource autoscaler) {
        return new ObjectId(
                text(autoscaler, "apiVersion", "apps/v1"),
                text(autoscaler, "kind", "Deployment"),
                autoscaler.getMetadata().getNamespace(),
                text(autoscaler, "name", ""));
    }

    private static String text(GenericKubernetesResource object, String key, String byDefault) {
        return object.<Object>get("spec", "scaleTargetRef", key) instanceof String text && !text.isEmpty()
                ? text
                : byDefault;
    }

    /** Versions of one group name the same objects. */
    private static String target(String namespace, String group, ObjectId target) {
        return String.join("/", namespace, group, target.kind(), target.name());
    }

    private static List<String> owners(GenericKubernetesResource object) {
        OwnerReference owner = controller(object);
        return owner == null ? List.of() : List.of(owner.getUid());
    }

    /** The owner whose controller decides over an object; null where there is none. */
    static @Nullable OwnerReference controller(GenericKubernetesResource object) {
        List<OwnerReference> owners = object.getMetadata().getOwnerReferences();
        if (owners == null) {
            return null;
        }
        return owners.stream()
                .filter(owner -> Boolean.TRUE.equals(owner.getController()))
                .findFirst()
                .orElse(null);
    }

    private @Nullable Served discover(Kind key) {
        APIResourceList resources = client.getApiResources(key.apiVersion());
        if (resources == null) {
            return null;
        }
        for (APIResource resource : resources.getResources()) {
            if (resource.getKind().equals(key.kind()) && !resource.getName().contains("/")) {
                String[] parts = key.apiVersion().split("/", 2);
                String group = parts.length > 1 ? parts[0] : "";
                String version = parts[parts.length - 1];
                ResourceDefinitionContext context = new ResourceDefinitionContext.Builder()
                        .withGroup(group)
                        .withVersion(version)
                        .withKind(key.kind())
                        .withPlural(resource.getName())
                        .withNamespaced(true)
                        .build();
                boolean scalable = resources.getResources().stream()
                        .anyMatch(other -> other.getName().equals(resource.getName() + "/scale"));
                return scalable
                        ? scalable(context, resource.getName() + "." + group, version)
                        : new Served(context, null, "status.replicas");
            }
        }
        return null;
    }

    /** Where a custom resource holds its replicas, as its definition says; built-in kinds have them where all do. */
    private Served scalable(ResourceDefinitionContext context, String definition, String version) {
        Served usual = new Served(context, "spec.replicas", "status.replicas");
        if (!context.getGroup().contains(".")) {
            return usual;
        }
        try {
            CustomResourceDefinition crd = client.apiextensions()
                    .v1()
                    .customResourceDefinitions()
                    .withName(definition)
                    .get();
            return crd == null
                    ? usual
                    : crd.getSpec().getVersions().stream()
                            .filter(one -> one.getName().equals(version) && one.getSubresources() != null)
                            .flatMap(one ->
                                    Optional.ofNullable(one.getSubresources().getScale()).stream())
                            .findFirst()
                            .map(scale -> new Served(
                                    context, path(scale.getSpecReplicasPath()), path(scale.getStatusReplicasPath())))
                            .orElse(usual);
        } catch (KubernetesClientException e) {
            LOG.warn("where {} hold their replicas is not known: {}", definition, e.getMessage());
            return new Served(context, null, "status.replicas");
        }
    }

    private static String path(String jsonPath) {
        return jsonPath.startsWith(".") ? jsonPath.substring(1) : jsonPath;
    }

    @Override
    public void close() {
        watched.values().forEach(SharedIndexInformer::stop);
        watched.clear();
    }
}
