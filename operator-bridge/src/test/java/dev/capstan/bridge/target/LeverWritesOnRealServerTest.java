package dev.capstan.bridge.target;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.capstan.testcluster.ControlPlane;
import dev.capstan.testcluster.FaultyApiServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/** Writes to a real API server that are refused, raced, lost, or meet what somebody else has written. */
class LeverWritesOnRealServerTest extends OnRealServer {

    @Test
    void tellsAManagerWhoPutsACeilingBackFromAnOwnerWhoEdits() {
        deployment("fought", 3);
        hpa("fought", 1, 9);
        Lever lever = await().until(
                        () -> find("apps/v1", "Deployment", "fought"),
                        found -> !found.object().kind().equals("Deployment"));
        Hold hold = cap(lever, 4);

        String query = "?fieldManager=argocd-controller";
        plane.patch(HPAS + "/fought" + query, "{\"spec\": {\"maxReplicas\": 9}}");
        await().untilAsserted(() ->
                assertThat(hold.judge(lever, state(lever).values())).isEqualTo(Hold.Verdict.REVERTED));
        assertThat(writer.lastWriter(lever)).contains("argocd-controller");

        plane.patch(HPAS + "/fought?fieldManager=kubectl-edit", "{\"spec\": {\"minReplicas\": 2, \"maxReplicas\": 7}}");
        await().untilAsserted(() ->
                assertThat(hold.judge(lever, state(lever).values())).isEqualTo(Hold.Verdict.EDITED));
        assertThat(writer.lastWriter(lever)).contains("kubectl-edit");
        Hold adopted = hold.adopted(lever, state(lever).values());
        assertThat(writer.write(lever, adopted, state(lever).values(), () -> true)
                        .kind())
                .isEqualTo(Outcome.Kind.WRITTEN);
        assertThat(get(HPAS, "fought").at("/spec/maxReplicas").asInt()).isEqualTo(4);
        assertThat(get(HPAS, "fought").at("/spec/minReplicas").asInt())
                .as("his minimum lies below ours")
                .isEqualTo(2);
        restore(lever, adopted);
        assertThat(get(HPAS, "fought").at("/spec/maxReplicas").asInt()).isEqualTo(7);
        assertThat(get(HPAS, "fought").at("/spec/minReplicas").asInt()).isEqualTo(2);
    }

    @Test
    void leavesAnObjectThatWasMadeAnewAlone() {
        deployment("anew", 5);
        Lever lever = find("apps/v1", "Deployment", "anew");
        Hold hold = cap(lever, 2);
        plane.delete(APPS + "/anew");
        deployment("anew", 2);
        assertThat(writer.restore(lever, hold, () -> true).kind()).isEqualTo(Outcome.Kind.GONE);
        assertThat(get(APPS, "anew").at("/spec/replicas").asInt()).isEqualTo(2);
        await().untilAsserted(() -> assertThat(finder.of(hold)).isEmpty());
    }

    @Test
    void restoresAtOnceAfterAWriteThatTheViewHasNotSeen() throws Exception {
        deployment("quick", 5);
        Lever lever = find("apps/v1", "Deployment", "quick");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        try (ClusterView old = new ClusterView(client, System::nanoTime)) {
            // A view that lags: it still has the object as it was before our write.
            LeverWriter behind = new LeverWriter(client, old);
            assertThat(new LeverFinder(old).find(lever.object()).lever()).isNotNull();
            assertThat(behind.write(lever, hold, state(lever).values(), () -> true)
                            .kind())
                    .isEqualTo(Outcome.Kind.WRITTEN);
            assertThat(behind.restore(lever, hold, () -> true).kind()).isEqualTo(Outcome.Kind.WRITTEN);
        }
        assertThat(get(APPS, "quick").at("/spec/replicas").asInt()).isEqualTo(5);
    }

    @Test
    void restoresWhatItHeldEvenWhereSomebodyElseDecidesByNow() {
        deployment("moved", 5);
        Lever lever = find("apps/v1", "Deployment", "moved");
        Hold hold = cap(lever, 2);
        hpa("moved", 1, 9);
        await().until(() -> !find("apps/v1", "Deployment", "moved").object().equals(lever.object()));
        Lever held = finder.of(hold).orElseThrow();
        assertThat(held.object()).isEqualTo(lever.object());
        restore(held, hold);
        assertThat(get(APPS, "moved").at("/spec/replicas").asInt()).isEqualTo(5);
    }

    @Test
    void writesAgainAfterAChangeInBetween() {
        deployment("raced", 5);
        Lever lever = find("apps/v1", "Deployment", "raced");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        // The version in the view is not the one that is there when the write arrives.
        Outcome outcome = writer.write(lever, hold, state(lever).values(), () -> {
            if (get(APPS, "raced").at("/metadata/labels/touched").isMissingNode()) {
                plane.patch(APPS + "/raced", "{\"metadata\": {\"labels\": {\"touched\": \"yes\"}}}");
            }
            return true;
        });
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.WRITTEN);
        assertThat(get(APPS, "raced").at("/metadata/labels/touched").asText()).isEqualTo("yes");
    }

    @Test
    void doesNotWriteOverWhatSomebodyElseHasJustSet() {
        deployment("contended", 5);
        Lever lever = find("apps/v1", "Deployment", "contended");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        Outcome outcome = writer.write(lever, hold, state(lever).values(), () -> {
            plane.patch(APPS + "/contended", "{\"spec\": {\"replicas\": 7}}");
            return true;
        });
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.CONFLICT);
        assertThat(get(APPS, "contended").at("/spec/replicas").asInt()).isEqualTo(7);
        assertThat(state(lever).ceiling()).as("it is looked at next").isEqualTo(7);
        assertThat(hold.judge(lever, state(lever).values())).isEqualTo(Hold.Verdict.EDITED);
    }

    @Test
    void findsOutThatAnObjectHasJustGone() {
        deployment("fading", 5);
        Lever lever = find("apps/v1", "Deployment", "fading");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        Outcome outcome = writer.write(lever, hold, state(lever).values(), () -> {
            plane.delete(APPS + "/fading");
            return true;
        });
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.GONE);
    }

    @Test
    void givesUpAfterThreeConflicts() {
        deployment("busy", 5);
        Lever lever = find("apps/v1", "Deployment", "busy");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        requests();
        front.answer(new FaultyApiServer.Fault(409, "the object has been modified"));
        Outcome outcome = behindFront.write(lever, hold, state(lever).values(), () -> true);
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.CONFLICT);
        assertThat(requests()).filteredOn(one -> one.startsWith("PATCH")).hasSize(3);
    }

    @Test
    void sendsNothingOnceItLeadsNoMore() {
        deployment("fenced", 5);
        Lever lever = find("apps/v1", "Deployment", "fenced");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        requests();
        assertThat(writer.write(lever, hold, state(lever).values(), () -> false).kind())
                .isEqualTo(Outcome.Kind.NOT_LEADING);
        assertThat(requests()).noneMatch(one -> one.startsWith("PATCH"));
    }

    @Test
    void tellsFaultsApartAndSendsEachWriteOnce() {
        deployment("faulty", 5);
        Lever lever = find("apps/v1", "Deployment", "faulty");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        Map<FaultyApiServer.Fault, Outcome.Kind> faults = Map.of(
                new FaultyApiServer.Fault(403, "deployments/scale is forbidden: User operator cannot patch"),
                Outcome.Kind.FORBIDDEN,
                new FaultyApiServer.Fault(422, "spec.replicas: Invalid value"),
                Outcome.Kind.REJECTED,
                new FaultyApiServer.Fault(429, "too many requests", Map.of("Retry-After", "1")),
                Outcome.Kind.THROTTLED,
                new FaultyApiServer.Fault(500, "etcdserver: request timed out"),
                Outcome.Kind.UNAVAILABLE,
                new FaultyApiServer.Fault(0, "no answer"),
                Outcome.Kind.UNAVAILABLE);
        faults.forEach((fault, kind) -> {
            front.answer(fault);
            requests();
            Outcome outcome = behindFront.write(lever, hold, state(lever).values(), () -> true);
            assertThat(outcome.kind()).as(fault.toString()).isEqualTo(kind);
            if (fault.code() != 0) {
                assertThat(outcome.message()).contains(fault.message());
            }
            assertThat(requests())
                    .as(fault.toString())
                    .filteredOn(one -> one.startsWith("PATCH"))
                    .hasSize(1);
        });
        front.answer(null);
        assertThat(behindFront
                        .write(lever, hold, state(lever).values(), () -> true)
                        .isDone())
                .isTrue();
    }

    @Test
    void namesThePermissionThatIsMissing() throws Exception {
        plane.post("/apis/rbac.authorization.k8s.io/v1/clusterroles", """
                {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole", "metadata": {"name": "reader"},
                 "rules": [{"apiGroups": ["apps"], "resources": ["deployments"], "verbs": ["get"]}]}
                """);
        plane.post("/apis/rbac.authorization.k8s.io/v1/clusterrolebindings", """
                {"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding", "metadata": {"name": "reader"},
                 "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "reader"},
                 "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "%s"}]}
                """.formatted(ControlPlane.OPERATOR));
        deployment("denied", 5);
        Lever lever = find("apps/v1", "Deployment", "denied");
        Hold hold = begin(lever).writing(lever, state(lever), 2, 2);
        try (KubernetesClient other =
                        client(Config.fromKubeconfig(Files.readString(plane.kubeconfig(ControlPlane.OPERATOR))));
                ClusterView blind = new ClusterView(other, System::nanoTime)) {
            Refusal refusal = refusal(new LeverFinder(blind), lever.object());
            assertThat(refusal.reason()).isEqualTo(Refusal.Reason.NOT_SERVED);
            assertThat(refusal.message()).contains("cannot list resource \"deployments\"");
            Outcome outcome =
                    new LeverWriter(other, view).write(lever, hold, state(lever).values(), () -> true);
            assertThat(outcome.kind()).isEqualTo(Outcome.Kind.FORBIDDEN);
            assertThat(outcome.message()).contains("cannot patch resource \"deployments/scale\"");
        }
    }

    @Test
    void readsAThousandTargetsWithoutARequest() {
        String namespace = "/api/v1/namespaces";
        plane.post(namespace, "{\"apiVersion\": \"v1\", \"kind\": \"Namespace\", \"metadata\": {\"name\": \"many\"}}");
        int count = 1000;
        for (int i = 0; i < count; i++) {
            plane.post("/apis/autoscaling/v1/namespaces/many/horizontalpodautoscalers", """
                    {"apiVersion": "autoscaling/v1", "kind": "HorizontalPodAutoscaler", "metadata": {"name": "h%1$d"},
                     "spec": {"maxReplicas": 5, "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "h%1$d"}}}
                    """.formatted(i));
        }
        String version = view.knownVersion("HorizontalPodAutoscaler");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> finder.find(new ObjectId(version, "HorizontalPodAutoscaler", "many", "h" + (count - 1)))
                                .lever()
                        != null);
        requests();
        for (int i = 0; i < count; i++) {
            Lever lever = Objects.requireNonNull(
                    finder.find(new ObjectId(version, "HorizontalPodAutoscaler", "many", "h" + i))
                            .lever());
            assertThat(state(lever).ceiling()).isEqualTo(5);
        }
        // Kinds and versions that are not installed are asked for once in a while, however many targets there are.
        assertThat(requests().size()).isLessThan(10);
    }

    @Test
    void saysWhatAWebhookRefused() {
        deployment("hook", 5);
        scaledObject("hook", "\"minReplicaCount\": 1, \"maxReplicaCount\": 9", "{}");
        Lever lever = await().until(
                        () -> find("apps/v1", "Deployment", "hook"),
                        found -> found.object().kind().equals("ScaledObject"));
        TargetState seen = state(lever);
        plane.patch(SCALED + "/hook", "{\"spec\": {\"minReplicaCount\": 4}}");
        await().until(() -> state(lever).floor() == 4);
        // A hold made before the owner raised his minimum does not lower it.
        Hold hold = Hold.begin(lever, seen, seen.values(), "now");
        Hold onlyMax = new Hold(
                hold.object(),
                hold.uid(),
                hold.path(),
                false,
                hold.originals(),
                Map.of(hold.path(), 2),
                hold.before(),
                2,
                9,
                "now");
        Outcome outcome = writer.write(lever, onlyMax, state(lever).values(), () -> true);
        assertThat(outcome.kind()).isEqualTo(Outcome.Kind.REJECTED);
        assertThat(outcome.message()).contains("MinReplicaCount must be less than MaxReplicaCount");
    }
}
