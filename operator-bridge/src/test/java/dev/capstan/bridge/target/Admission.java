package dev.capstan.bridge.target;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.LoopbackIdentity;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.Base64;

/**
 * The rules that go over two fields and that a server without CEL cannot be told: KEDA's and KServe's webhooks refuse a
 * minimum above the maximum, with code 403 as webhooks made with controller-runtime do.
 */
final class Admission implements AutoCloseable {

    private static final JsonMapper JSON = new JsonMapper();

    private final HttpsServer server;

    Admission(ControlPlane plane, LoopbackIdentity identity) throws Exception {
        server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setHttpsConfigurator(new HttpsConfigurator(identity.sslContext()));
        server.createContext("/", Admission::review);
        server.start();
        plane.post("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", """
                {"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingWebhookConfiguration",
                 "metadata": {"name": "bounds"},
                 "webhooks": [{"name": "bounds.example.org", "sideEffects": "None", "admissionReviewVersions": ["v1"],
                  "clientConfig": {"url": "https://127.0.0.1:%d/", "caBundle": "%s"},
                  "rules": [{"apiGroups": ["keda.sh", "serving.kserve.io"], "apiVersions": ["*"],
                   "operations": ["CREATE", "UPDATE"], "resources": ["scaledobjects", "inferenceservices"]}]}]}
                """.formatted(
                        server.getAddress().getPort(),
                        Base64.getEncoder().encodeToString(Files.readAllBytes(identity.certificate()))));
    }

    private static void review(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode request = JSON.readTree(exchange.getRequestBody()).path("request");
            JsonNode spec = request.at("/object/spec");
            String broken = "";
            if (request.at("/kind/kind").asText().equals("ScaledObject")) {
                if (spec.path("minReplicaCount").asInt(0)
                        > spec.path("maxReplicaCount").asInt(100)) {
                    broken = "MinReplicaCount must be less than MaxReplicaCount";
                }
            } else {
                int max = spec.at("/predictor/maxReplicas").asInt(0);
                if (max != 0 && spec.at("/predictor/minReplicas").asInt(1) > max) {
                    broken = "MinReplicas cannot be greater than MaxReplicas";
                }
            }
            ObjectNode answer = JSON.createObjectNode().put("apiVersion", "admission.k8s.io/v1");
            answer.put("kind", "AdmissionReview");
            ObjectNode response = answer.putObject("response");
            response.set("uid", request.path("uid"));
            response.put("allowed", broken.isEmpty());
            if (!broken.isEmpty()) {
                response.putObject("status").put("code", 403).put("message", broken);
            }
            byte[] body = JSON.writeValueAsBytes(answer);
            exchange.getResponseHeaders().set("Content-Type", "application/json");
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
        }
    }

    @Override
    public void close() {
        server.stop(0);
    }
}
