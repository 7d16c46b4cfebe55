package dev.capstan.bridge.target;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.RequestConfig;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Writes the fields of a lever and nothing else: a JSON merge patch with the version of the object that it was made for, so
 * that nobody's change is overwritten unseen. A write that the server refuses for that reason is made anew, three times, unless
 * the fields of the lever themselves have changed. What the server answers goes into the view.
 */
public final class LeverWriter {

    /** Who we are in {@code managedFields}. */
    public static final String MANAGER = "capstan";

    /**
     * Who we are where we put back what was there: a field that we still own as {@link #MANAGER} is one that is held.
     */
    static final String RESTORER = "capstan-restore";

    private static final int TRIES = 3;
    private static final String SCALE_PATH = "spec.replicas";
    private static final JsonMapper JSON = new JsonMapper();

    private final KubernetesClient client;
    private final ClusterView view;

    /**
     * Writes by this client what was seen in this view. Each request is sent once: a client that tried again by itself would
     * do so after this process has ceased to lead.
     */
    public LeverWriter(KubernetesClient client, ClusterView view) {
        RequestConfig once = new RequestConfigBuilder(client.getConfiguration().getRequestConfig())
                .withRequestRetryBackoffLimit(0)
                .build();
        this.client = client.newClient(once).adapt(KubernetesClient.class);
        this.view = view;
    }

    /**
     * Writes what a hold says over what its cap has seen. What somebody else has written since stays, to be looked at first.
     *
     * @param seen values of the lever's fields, by path
     * @param mayWrite asked before each request that changes something; between the two the client reads the object once
     */
    public Outcome write(Lever lever, Hold hold, Map<String, Integer> seen, BooleanSupplier mayWrite) {
        Fields fields = lever.fields();
        Map<String, @Nullable Integer> wanted = new LinkedHashMap<>(hold.written());
        return send(
                hold, MANAGER, object -> wanted, object -> fields.sameBounds(seen, fields.values(object)), mayWrite);
    }

    /**
     * Puts back what was there before the first write: the values, and the absence of those that were not there. What
     * somebody has changed since stays as he set it.
     */
    public Outcome restore(Lever lever, Hold hold, BooleanSupplier mayWrite) {
        return send(
                hold, RESTORER, object -> inPlaceOfOurs(hold, object, hold.originals()::get), object -> true, mayWrite);
    }

    /** Values for those fields that are as we have written them. */
    private static Map<String, @Nullable Integer> inPlaceOfOurs(
            Hold hold, GenericKubernetesResource object, Function<String, @Nullable Integer> value) {
        Set<String> paths = new TreeSet<>(hold.written().keySet());
        hold.before().forEach(one -> paths.addAll(one.keySet()));
        Map<String, @Nullable Integer> wanted = new TreeMap<>();
        for (String path : paths) {
            if (isOurs(hold, path, Fields.number(object, path))) {
                wanted.put(path, value.apply(path));
            }
        }
        return wanted;
    }

    private static boolean isOurs(Hold hold, String path, @Nullable Integer there) {
        return there != null
                && (there.equals(hold.written().get(path))
                        || hold.before().stream().anyMatch(one -> there.equals(one.get(path))));
    }

    /**
     * Lets an object rise to a ceiling below its owner's, and its minimum with it. What somebody has changed since stays as he
     * set it.
     *
     * @param ceiling at most that of the owner
     */
    public Outcome raise(Lever lever, Hold hold, int ceiling, BooleanSupplier mayWrite) {
        return send(
                hold,
                MANAGER,
                object -> inPlaceOfOurs(hold, object, path -> {
                    Integer original = hold.originals().get(path);
                    return original == null ? (Integer) ceiling : Integer.valueOf(Math.min(original, ceiling));
                }),
                object -> true,
                mayWrite);
    }

    private interface Wanted {
        /** Values by path, null for absence. */
        Map<String, @Nullable Integer> in(GenericKubernetesResource object);
    }

    /** @param replaceable whether an object that is not as wanted may be written over */
    private Outcome send(
            Hold hold,
            String manager,
            Wanted wanted,
            Predicate<GenericKubernetesResource> replaceable,
            BooleanSupplier mayWrite) {
        ObjectId id = hold.object();
        try {
            ClusterView.Served served = view.served(id.apiVersion(), id.kind()).orElse(null);
            if (served == null) {
                return new Outcome(
                        Outcome.Kind.GONE, id.kind() + " of " + id.apiVersion() + " is not installed any more");
            }
            NonNamespaceOperation<
                            GenericKubernetesResource,
                            GenericKubernetesResourceList,
                            Resource<GenericKubernetesResource>>
                    resources =
                            client.genericKubernetesResources(served.context()).inNamespace(id.namespace());
            Outcome conflict = Outcome.of(Outcome.Kind.CONFLICT);
            GenericKubernetesResource object = view.get(id).orElse(null);
            for (int attempt = 0; attempt < TRIES; attempt++) {
                // What the view has may be old. A write on it is refused then; that there is nothing to write, or
                // nothing to write to, only the server knows.
                if (object == null || !isOf(hold, object) || isSo(object, wanted.in(object))) {
                    object = resources.withName(id.name()).get();
                    if (object == null || !isOf(hold, object)) {
                        return new Outcome(Outcome.Kind.GONE, id + " is gone");
                    }
                    view.answered(id, object);
                    if (isSo(object, wanted.in(object))) {
                        return Outcome.of(Outcome.Kind.UNCHANGED);
                    }
                }
                if (!replaceable.test(object)) {
                    return new Outcome(Outcome.Kind.CONFLICT, "somebody else has just set another ceiling of " + id);
                }
                if (!mayWrite.getAsBoolean()) {
                    return new Outcome(Outcome.Kind.NOT_LEADING, "this process leads no more");
                }
                Map<String, @Nullable Integer> values = wanted.in(object);
                try {
                    // Not by name, for that would read the object once more.
                    return verified(id, values, patch(resources.resource(object), hold, manager, object, values));
                } catch (KubernetesClientException e) {
                    if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                        throw e;
                    }
                    conflict = new Outcome(Outcome.Kind.CONFLICT, message(e));
                    object = null;
                }
            }
            return conflict;
        } catch (KubernetesClientException e) {
            return failed(id, e);
        }
    }

    private static boolean isOf(Hold hold, GenericKubernetesResource object) {
        return hold.uid().equals(object.getMetadata().getUid());
    }

    private static boolean isSo(GenericKubernetesResource object, Map<String, @Nullable Integer> values) {
        return values.entrySet().stream()
                .allMatch(one -> Objects.equals(Fields.number(object, one.getKey()), one.getValue()));
    }

    /** The values that the server answered with, by path. */
    private Map<String, Integer> patch(
            Resource<GenericKubernetesResource> resource,
            Hold hold,
            String manager,
            GenericKubernetesResource object,
            Map<String, @Nullable Integer> values) {
        PatchContext context = new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(manager)
                .build();
        ObjectNode patch = JSON.createObjectNode();
        patch.putObject("metadata").put("resourceVersion", object.getMetadata().getResourceVersion());
        if (hold.throughScale()) {
            String path = values.keySet().iterator().next();
            put(patch, SCALE_PATH, values.get(path));
            GenericKubernetesResource scale = resource.subresource("scale").patch(context, patch.toString());
            Integer there = Fields.number(scale, SCALE_PATH);
            if (there == null) {
                return Map.of();
            }
            view.answered(hold.object(), scaled(object, scale, path, there));
            return Map.of(path, there);
        }
        values.forEach((path, value) -> {
            // Only what differs, so that no other field becomes ours.
            if (!Objects.equals(Fields.number(object, path), value)) {
                put(patch, path, value);
            }
        });
        GenericKubernetesResource answer = resource.patch(context, patch.toString());
        view.answered(hold.object(), answer);
        return Fields.values(answer, values.keySet());
    }

    /** The object that has this scale now: nothing but its replicas and its version has changed. */
    private static GenericKubernetesResource scaled(
            GenericKubernetesResource object, GenericKubernetesResource scale, String path, int replicas) {
        ObjectNode copy = JSON.valueToTree(object);
        put(copy, path, replicas);
        copy.withObjectProperty("metadata")
                .put("resourceVersion", scale.getMetadata().getResourceVersion());
        return JSON.convertValue(copy, GenericKubernetesResource.class);
    }

    private static void put(ObjectNode patch, String path, @Nullable Integer value) {
        String[] keys = path.split("\\.", -1);
        ObjectNode node = patch;
        for (int i = 0; i < keys.length - 1; i++) {
            node = node.withObjectProperty(keys[i]);
        }
        node.put(keys[keys.length - 1], value);
    }

    /** A server may take a write and store something else: a webhook changes it, or the schema does not know the field. */
    private static Outcome verified(ObjectId id, Map<String, @Nullable Integer> asked, Map<String, Integer> there) {
        List<String> other = new ArrayList<>();
        asked.forEach((path, value) -> {
            if (!Objects.equals(there.get(path), value)) {
                other.add(path + " is " + there.get(path) + " instead of " + value);
            }
        });
        return other.isEmpty()
                ? Outcome.of(Outcome.Kind.WRITTEN)
                : new Outcome(
                        Outcome.Kind.REJECTED,
                        "the server took the write to " + id + " and stored something else: "
                                + String.join(", ", other));
    }

    private static Outcome failed(ObjectId id, KubernetesClientException e) {
        return switch (e.getCode()) {
            // A webhook that refuses usually does so with 403, too; no role helps against that.
            case 403 ->
                message(e).startsWith("admission webhook")
                        ? new Outcome(Outcome.Kind.REJECTED, message(e))
                        : new Outcome(
                                Outcome.Kind.FORBIDDEN,
                                message(e) + ". Grant the operator the role for " + id.kind() + ".");
            case 404 -> new Outcome(Outcome.Kind.GONE, id + " is gone");
            case 400, 422 -> new Outcome(Outcome.Kind.REJECTED, message(e));
            case 429 -> new Outcome(Outcome.Kind.THROTTLED, message(e) + retryAfter(e));
            default -> new Outcome(Outcome.Kind.UNAVAILABLE, message(e));
        };
    }

    private static String message(KubernetesClientException e) {
        return e.getStatus() != null && e.getStatus().getMessage() != null
                ? e.getStatus().getMessage()
                : String.valueOf(e.getMessage());
    }

    private static String retryAfter(KubernetesClientException e) {
        Integer seconds = e.getStatus() == null || e.getStatus().getDetails() == null
                ? null
                : e.getStatus().getDetails().getRetryAfterSeconds();
        return seconds == null ? "" : " (after " + seconds + " s)";
    }

    /** Who else wrote the ceiling last, as the server remembers it; empty where it does not. Costs a request. */
    public Optional<String> lastWriter(Lever lever) {
        ObjectId id = lever.object();
        ClusterView.Served served = view.served(id.apiVersion(), id.kind()).orElse(null);
        if (served == null) {
            return Optional.empty();
        }
        try {
            GenericKubernetesResource object = client.genericKubernetesResources(served.context())
                    .inNamespace(id.namespace())
                    .withName(id.name())
                    .get();
            return managers(object).stream()
                    .filter(entry -> !isOurs(entry) && owns(entry, lever.ceilingPath()))
                    .max(Comparator.comparing(entry -> String.valueOf(entry.getTime())))
                    .map(ManagedFieldsEntry::getManager);
        } catch (KubernetesClientException e) {
            return Optional.empty();
        }
    }

    private static boolean isOurs(ManagedFieldsEntry entry) {
        return MANAGER.equals(entry.getManager()) || RESTORER.equals(entry.getManager());
    }

    private static List<ManagedFieldsEntry> managers(@Nullable GenericKubernetesResource object) {
        List<ManagedFieldsEntry> entries =
                object == null ? null : object.getMetadata().getManagedFields();
        return entries == null ? List.of() : entries;
    }

    /** Whether a manager wrote a field last. */
    static boolean owns(GenericKubernetesResource object, String manager, String path) {
        return managers(object).stream().anyMatch(entry -> manager.equals(entry.getManager()) && owns(entry, path));
    }

    private static boolean owns(ManagedFieldsEntry entry, String path) {
        Object node = entry.getFieldsV1() == null ? null : entry.getFieldsV1().getAdditionalProperties();
        for (String key : path.split("\\.", -1)) {
            node = node instanceof Map<?, ?> map ? map.get("f:" + key) : null;
        }
        return node != null;
    }
}
