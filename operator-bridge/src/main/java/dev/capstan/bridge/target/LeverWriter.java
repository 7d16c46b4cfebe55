package dev.capstan.bridge.target;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Writes the fields of a lever and nothing else: a JSON merge patch with the version of the object that it was made for, so
 * that nobody's change is overwritten unseen. A write that the server refuses for that reason is made anew, three times.
 */
public final class LeverWriter {

    /** Who we are in {@code managedFields}. */
    public static final String MANAGER = "capstan";

    private static final int TRIES = 3;
    private static final JsonMapper JSON = new JsonMapper();
    private static final PatchContext PATCH = new PatchContext.Builder()
            .withPatchType(PatchType.JSON_MERGE)
            .withFieldManager(MANAGER)
            .build();

    private final KubernetesClient client;
    private final ClusterView view;

    /** Writes by this client what was seen in this view. */
    public LeverWriter(KubernetesClient client, ClusterView view) {
        this.client = client;
        this.view = view;
    }

    /**
     * Writes what a hold says.
     *
     * @param mayWrite asked just before each request
     */
    public Outcome write(Lever lever, Hold hold, BooleanSupplier mayWrite) {
        Map<String, @Nullable Integer> wanted = new LinkedHashMap<>(hold.written());
        return send(hold.object(), hold.uid(), lever.fields(), object -> wanted, mayWrite);
    }

    /**
     * Puts back what was there before the first write: the values, and the absence of those that were not there. What
     * somebody has changed since stays as he set it.
     */
    public Outcome restore(Lever lever, Hold hold, BooleanSupplier mayWrite) {
        Fields fields = lever.fields();
        return send(
                hold.object(),
                hold.uid(),
                fields,
                object -> {
                    Map<String, Integer> there = fields.values(object);
                    Map<String, @Nullable Integer> wanted = new TreeMap<>();
                    hold.written().forEach((path, ours) -> {
                        boolean pending = !hold.before().isEmpty()
                                && Objects.equals(hold.before().get(path), there.get(path));
                        if (pending || ours.equals(there.get(path))) {
                            wanted.put(path, hold.originals().get(path));
                        }
                    });
                    return wanted;
                },
                mayWrite);
    }

    /**
     * Lets an object rise to a ceiling below its owner's, and its minimum with it.
     *
     * @param ceiling at most that of the owner
     */
    public Outcome raise(Lever lever, Hold hold, int ceiling, BooleanSupplier mayWrite) {
        Map<String, @Nullable Integer> wanted = new TreeMap<>();
        hold.written().keySet().forEach(path -> {
            Integer original = hold.originals().get(path);
            wanted.put(path, original == null ? ceiling : Math.min(original, ceiling));
        });
        return send(hold.object(), hold.uid(), lever.fields(), object -> wanted, mayWrite);
    }

    private interface Wanted {
        /** Values by path, null for absence. */
        Map<String, @Nullable Integer> in(GenericKubernetesResource object);
    }

    private Outcome send(ObjectId id, String uid, Fields fields, Wanted wanted, BooleanSupplier mayWrite) {
        ClusterView.Served served = view.served(id.apiVersion(), id.kind()).orElse(null);
        if (served == null) {
            return new Outcome(Outcome.Kind.UNAVAILABLE, id.kind() + " is not served at the moment");
        }
        Resource<GenericKubernetesResource> resource = client.genericKubernetesResources(served.context())
                .inNamespace(id.namespace())
                .withName(id.name());
        Outcome conflict = Outcome.of(Outcome.Kind.CONFLICT);
        try {
            for (int attempt = 0; attempt < TRIES; attempt++) {
                // The copy in the view may be old: the server tells, and then it is asked.
                GenericKubernetesResource object = attempt == 0 ? view.get(id).orElse(null) : resource.get();
                if (object == null || !uid.equals(object.getMetadata().getUid())) {
                    return new Outcome(Outcome.Kind.GONE, id + " is gone");
                }
                Map<String, @Nullable Integer> values = wanted.in(object);
                if (isSo(object, values)) {
                    return Outcome.of(Outcome.Kind.UNCHANGED);
                }
                if (!mayWrite.getAsBoolean()) {
                    return new Outcome(Outcome.Kind.NOT_LEADING, "this process leads no more");
                }
                try {
                    patch(resource, fields, patch(object, values));
                    return Outcome.of(Outcome.Kind.WRITTEN);
                } catch (KubernetesClientException e) {
                    if (e.getCode() != 409) {
                        throw e;
                    }
                    conflict = new Outcome(Outcome.Kind.CONFLICT, message(e));
                }
            }
            return conflict;
        } catch (KubernetesClientException e) {
            return failed(id, e);
        }
    }

    private static boolean isSo(GenericKubernetesResource object, Map<String, @Nullable Integer> values) {
        for (Map.Entry<String, @Nullable Integer> one : values.entrySet()) {
            Integer there = Fields.number(object, one.getKey());
            if (!Objects.equals(there, one.getValue())) {
                return false;
            }
        }
        return true;
    }

    private static void patch(Resource<GenericKubernetesResource> resource, Fields fields, String patch) {
        if (fields.scale()) {
            resource.subresource("scale").patch(PATCH, patch);
        } else {
            resource.patch(PATCH, patch);
        }
    }

    /** Only what differs, so that no other field becomes ours. */
    private static String patch(GenericKubernetesResource object, Map<String, @Nullable Integer> values) {
        ObjectNode patch = JSON.createObjectNode();
        patch.putObject("metadata").put("resourceVersion", object.getMetadata().getResourceVersion());
        values.forEach((path, value) -> {
            if (Objects.equals(Fields.number(object, path), value)) {
                return;
            }
            String[] keys = path.split("\\.", -1);
            ObjectNode node = patch;
            for (int i = 0; i < keys.length - 1; i++) {
                node = node.withObjectProperty(keys[i]);
            }
            node.put(keys[keys.length - 1], value);
        });
        return patch.toString();
    }

    private static Outcome failed(ObjectId id, KubernetesClientException e) {
        return switch (e.getCode()) {
            case 403 ->
                new Outcome(
                        Outcome.Kind.FORBIDDEN, message(e) + ". Grant the operator the role for " + id.kind() + ".");
            case 404 -> new Outcome(Outcome.Kind.GONE, id + " is gone");
            case 400, 422 -> new Outcome(Outcome.Kind.REJECTED, message(e));
            case 429 -> new Outcome(Outcome.Kind.THROTTLED, message(e));
            default -> new Outcome(Outcome.Kind.UNAVAILABLE, message(e));
        };
    }

    private static String message(KubernetesClientException e) {
        return e.getStatus() != null && e.getStatus().getMessage() != null
                ? e.getStatus().getMessage()
                : String.valueOf(e.getMessage());
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
            List<ManagedFieldsEntry> entries =
                    object == null ? null : object.getMetadata().getManagedFields();
            return (entries == null ? List.<ManagedFieldsEntry>of() : entries)
                    .stream()
                            .filter(entry -> !MANAGER.equals(entry.getManager()) && owns(entry, lever.ceilingPath()))
                            .map(ManagedFieldsEntry::getManager)
                            .reduce((first, second) -> second);
        } catch (KubernetesClientException e) {
            return Optional.empty();
        }
    }

    private static boolean owns(ManagedFieldsEntry entry, String path) {
        Object node = entry.getFieldsV1() == null ? null : entry.getFieldsV1().getAdditionalProperties();
        for (String key : path.split("\\.", -1)) {
            node = node instanceof Map<?, ?> map ? map.get("f:" + key) : null;
        }
        return node != null;
    }
}
