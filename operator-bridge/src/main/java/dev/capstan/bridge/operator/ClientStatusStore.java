package dev.capstan.bridge.operator;

import dev.capstan.bridge.resource.CapResource;
import dev.capstan.bridge.resource.ClusterPowerCap;
import dev.capstan.bridge.resource.PowerCap;
import dev.capstan.bridge.resource.PowerCapStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.util.Objects;

/**
 * Stores a status as a whole, with the version of the resource that it was made for. Where somebody else changed the
 * resource, that is tried again unless a newer leader did: then this process leads no more.
 */
final class ClientStatusStore implements StatusStore {

    private static final int TRIES = 3;

    private final KubernetesClient client;
    private final Leadership leadership;

    ClientStatusStore(KubernetesClient client, Leadership leadership) {
        this.client = client;
        this.leadership = leadership;
    }

    @Override
    public CapResource newest(CapResource resource) throws IOException {
        if (resource instanceof PowerCap cap) {
            return read(client.resource(cap), cap);
        }
        if (resource instanceof ClusterPowerCap cap) {
            return read(client.resource(cap), cap);
        }
        throw new IllegalArgumentException("no cap: " + resource.getClass());
    }

    private static <T extends CapResource> T read(Resource<T> resource, CapResource known) throws IOException {
        T there;
        try {
            there = resource.get();
        } catch (KubernetesClientException e) {
            throw new IOException("the resource could not be read: " + e.getMessage(), e);
        }
        if (there == null
                || !Objects.equals(
                        there.getMetadata().getUid(), known.getMetadata().getUid())) {
            throw new Gone("the resource is gone");
        }
        return there;
    }

    @Override
    public CapResource store(CapResource resource, PowerCapStatus status) throws IOException {
        if (resource instanceof PowerCap cap) {
            PowerCap copy = new PowerCap();
            copy.setMetadata(cap.getMetadata());
            copy.setSpec(cap.getSpec());
            return store(copy, status, client.resource(copy));
        }
        if (resource instanceof ClusterPowerCap cap) {
            ClusterPowerCap copy = new ClusterPowerCap();
            copy.setMetadata(cap.getMetadata());
            copy.setSpec(cap.getSpec());
            return store(copy, status, client.resource(copy));
        }
        throw new IllegalArgumentException("no cap: " + resource.getClass());
    }

    private <T extends CapResource> CapResource store(T copy, PowerCapStatus status, Resource<T> target)
            throws IOException {
        copy.setStatus(status);
        Resource<T> resource = target;
        for (int left = TRIES; ; left--) {
            if (!leadership.leads()) {
                throw new IOException("this process leads no more");
            }
            try {
                return resource.updateStatus();
            } catch (KubernetesClientException e) {
                if (e.getCode() == 404) {
                    throw new Gone("the resource is gone");
                }
                if (e.getCode() != 409 || left == 0) {
                    throw new IOException("the status could not be stored: " + e.getMessage(), e);
                }
            }
            resource = newest(copy, resource);
        }
    }

    private <T extends CapResource> Resource<T> newest(T copy, Resource<T> resource) throws IOException {
        T there = read(resource, copy);
        PowerCapStatus.Leader leader =
                there.getStatus() == null ? null : there.getStatus().leader();
        if (leader != null && leader.epoch() > leadership.term().epoch()) {
            leadership.usurped();
            throw new IOException(leader.identity() + " leads now");
        }
        copy.setMetadata(there.getMetadata());
        return client.resource(copy);
    }
}
