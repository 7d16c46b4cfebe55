package dev.capstan.bridge.operator;

import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.spi.LoggingEventBuilder;

/**
 * Tells in the events of a resource what happened to it, where {@code kubectl describe} shows it for an hour, and in the log, whose
 * lines carry the resource and the reason as values of their own.
 */
final class Events {

    private static final Logger LOG = LoggerFactory.getLogger(Events.class);
    private static final int MOST_CHARACTERS = 1024;

    private final KubernetesClient client;
    private final String identity;
    private final InstantSource clock;

    Events(KubernetesClient client, String identity, InstantSource clock) {
        this.client = client;
        this.identity = identity;
        this.clock = clock;
    }

    /** Something that is as it should be. */
    void normal(HasMetadata about, String reason, String message) {
        log(LOG.atInfo(), about, reason, message);
        publish(about, "Normal", reason, message);
    }

    /** Something that somebody should look at. */
    void warning(HasMetadata about, String reason, String message) {
        log(LOG.atWarn(), about, reason, message);
        publish(about, "Warning", reason, message);
    }

    private static void log(LoggingEventBuilder line, HasMetadata about, String reason, String message) {
        line.addKeyValue("kind", about.getKind())
                .addKeyValue("namespace", about.getMetadata().getNamespace())
                .addKeyValue("name", about.getMetadata().getName())
                .addKeyValue("reason", reason)
                .log(message);
    }

    /** An event that cannot be stored is lost: what it tells stands in the status as well. */
    private void publish(HasMetadata about, String type, String reason, String message) {
        String namespace = about.getMetadata().getNamespace() == null
                ? "default"
                : about.getMetadata().getNamespace();
        String now = clock.instant().truncatedTo(ChronoUnit.SECONDS).toString();
        Event event = new EventBuilder()
                .withNewMetadata()
                .withGenerateName(about.getMetadata().getName() + ".")
                .withNamespace(namespace)
                .endMetadata()
                .withNewInvolvedObject()
                .withApiVersion(about.getApiVersion())
                .withKind(about.getKind())
                .withNamespace(about.getMetadata().getNamespace())
                .withName(about.getMetadata().getName())
                .withUid(about.getMetadata().getUid())
                .endInvolvedObject()
                .withType(type)
                .withReason(reason)
                .withMessage(message.length() > MOST_CHARACTERS ? message.substring(0, MOST_CHARACTERS) : message)
                .withFirstTimestamp(now)
                .withLastTimestamp(now)
                .withCount(1)
                .withNewSource()
                .withComponent("capstan")
                .withHost(identity)
                .endSource()
                .withReportingComponent("capstan.dev/operator")
                .withReportingInstance(identity)
                .build();
        try {
            client.v1().events().inNamespace(namespace).resource(event).create();
        } catch (KubernetesClientException e) {
            LOG.warn(
                    "an event about {} {} was lost: {}",
                    about.getKind(),
                    about.getMetadata().getName(),
                    e.getMessage());
        }
    }
}
