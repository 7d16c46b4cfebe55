package dev.capstan.bridge.target;

/** Names an object of a namespace. */
public record ObjectId(String apiVersion, String kind, String namespace, String name) {

    /** The group of its API; empty for the core. */
    String group() {
        return apiVersion.contains("/") ? apiVersion.substring(0, apiVersion.indexOf('/')) : "";
    }

    ObjectId named(String apiVersion, String kind, String name) {
        return new ObjectId(apiVersion, kind, namespace, name);
    }

    @Override
    public String toString() {
        return kind + " " + namespace + "/" + name;
    }
}
