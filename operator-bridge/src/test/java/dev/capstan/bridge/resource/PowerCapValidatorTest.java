package dev.capstan.bridge.resource;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.bridge.target.KnownKinds;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A wrong resource is told where it is wrong, what was found, what is allowed; a sound one is let pass. */
final class PowerCapValidatorTest {

    @Test
    void soundResourcesPass() {
        assertThat(PowerCapValidator.check(Caps.sound())).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            kind=PowerCapp                                          | kind                            | must be PowerCap or ClusterPowerCap, was "PowerCapp"
            apiVersion=capstan.dev/v1                               | apiVersion                      | must be capstan.dev/v1alpha1
            spec.limits={}                                          | spec.limits                     | Maybe you meant limit.
            spec.limit.watts=                                       | spec.limit                      | must have exactly one of watts and percentOfPeak, has none
            spec.limit.watts=0                                      | spec.limit.watts                | must be above 0, was 0.0
            spec.limit.watts="12 kW"                                | spec.limit.watts                | must be a number, was "12 kW"
            spec.mode=Enforced                                      | spec.mode                       | Maybe you meant Enforce.
            spec.limit.percentOfPeak={percent: 80, peakWatts: 9000} | spec.limit                      | has both
            spec.limit={percentOfPeak: {percent: 80}}               | spec.limit.percentOfPeak        | exactly one of peakWatts and peakOver, has none
            spec.limit={percentOfPeak: {percent: 80, peakOver: 5m}} | spec.limit.percentOfPeak.peakOver | must be at least 1h, was 5m
            spec.limit.schedule=[{name: a, from: "17:00", to: "20:00", watts: 9000, percent: 50}] | spec.limit.schedule[0] | exactly one of watts and percent, has both
            spec.limit.schedule=[{name: a, from: "17:00", to: "20:00", watts: 9000, timeZone: Berlin}] | spec.limit.schedule[0].timeZone | must be a time zone of the IANA database such as Europe/Berlin or UTC, was "Berlin"
            spec.limit.schedule=[{name: a, from: "17:00", to: "20:00", watts: 13000}] | spec.limit.schedule[0].watts | not below the base limit of 12000 W
            spec.limit.schedule=[{name: a, from: "17:00", to: "20:00", watts: 9000}, {name: a, days: [Mon], from: "21:00", to: "22:00", watts: 9000}] | spec.limit.schedule[1].name | "a" for the second time
            spec.limit.schedule=[{name: a, from: "17:00", to: "20:00", watts: 9000}, {name: b, days: [Mon], from: "18:00", to: "19:00", watts: 9500}] | spec.limit.schedule[1] | never counts: schedule[0]
            spec.limit.schedule=[{name: a, days: [Sun], from: "23:00", to: "23:30", watts: 9500}, {name: b, days: [Sun], from: "22:00", to: "06:00", percent: 50}] | spec.limit.schedule[0] | never counts: schedule[1]
            spec.limit.schedule=[{name: a, from: "25:00", to: "20:00", watts: 9000}] | spec.limit.schedule[0].from | Time of day at which it begins, such as 17:00.
            spec.limit.events=[{from: "2027-01-01T18:00:00Z", to: "2027-01-01T17:00:00Z", watts: 9000}] | spec.limit.events[0].to | must be after from
            spec.limit.events=[{from: "2027-01-01T17:00:00Z", to: "2027-01-01T18:00:00Z", watts: 12000}] | spec.limit.events[0].watts | not below the base limit
            spec.limit.events=[{from: "2027-02-31T17:00:00Z", to: "2027-03-01T18:00:00Z", watts: 9000}] | spec | 2027-02-31
            spec.limit.carbon={source: {type: neso}}                | spec.limit.carbon.onMissing     | is missing
            spec.limit.carbon={source: {type: neso}, onMissing: Minimum} | spec.limit.carbon.minimumWatts | onMissing: Minimum needs it
            spec.limit.carbon={source: {type: neso}, onMissing: Hold, minimumWatts: 13000} | spec.limit.carbon.minimumWatts | above the base limit of 12000 W
            spec.limit.carbon={source: {type: neso}, onMissing: Hold, maximumAge: 1m} | spec.limit.carbon.maximumAge | must be at least 5m
            spec.limit.carbon={source: {type: neso, region: "19"}, onMissing: Hold} | spec.limit.carbon.source.region | from 1 to 18, was "19"
            spec.limit.carbon={source: {type: neso, zone: GB}, onMissing: Hold} | spec.limit.carbon.source.zone | is not for type: neso
            spec.limit.carbon={source: {type: electricity-maps, zone: NO, tokenSecretRef: {name: a, key: b}}, onMissing: Hold} | spec.limit.carbon.source.zone | must be text, was false. Put it in quotes.
            spec.limit.carbon={source: {type: electricity-maps, zone: DE}, onMissing: Hold} | spec.limit.carbon.source.tokenSecretRef | type: electricity-maps needs it
            spec.limit.carbon={source: {type: watttime, loginSecretRef: {name: a}}, onMissing: Hold} | spec.limit.carbon.source.region | such as CAISO_NORTH
            spec.limit.carbon={source: {type: file}, onMissing: Hold} | spec.limit.carbon.source.configMapRef | type: file needs it
            spec.measurement.prometheus.url=http://u:p@prometheus   | spec.measurement.prometheus.url | must not hold a login
            spec.measurement.prometheus.url="http://prometheus?x=y" | spec.measurement.prometheus.url | without ? or #
            spec.measurement.prometheus.url="http://:9090"          | spec.measurement.prometheus.url | must name a host
            spec.measurement.prometheus.url="prometheus:9090"       | spec.measurement.prometheus.url | must be written as ^https?://
            spec.measurement.prometheus.headers={Authorization: x}  | spec.measurement.prometheus.headers.Authorization | Use bearerTokenSecretRef
            spec.measurement.prometheus.headers={"a b": x}          | spec.measurement.prometheus.headers.a b | is no name of a header
            spec.measurement.prometheus.tls={}                      | spec.measurement.prometheus.tls | no effect on an address of http
            spec.measurement.prometheus.timeout=8s                  | spec.measurement.prometheus.timeout | below half of controlInterval 15s, was 8s
            spec.measurement.source=custom                          | spec.measurement.query          | source: custom needs it
            spec.measurement.query=sum(w)                           | spec.measurement.query          | is for source: custom only
            spec.measurement.nodes="gpu-("                          | spec.measurement.nodes          | must be a regular expression
            spec.measurement.maximumAge=30s                         | spec.measurement.maximumAge     | good readings would count as stale
            spec.measurement={prometheus: {url: "http://p"}, signal: energy, window: 20s} | spec.measurement.window | shorter than two scrapes of 15s
            spec.measurement={prometheus: {url: "http://p"}, source: custom, query: sum(w) or vector(0), countQuery: count(w), ageQuery: max(time() - timestamp(w))} | spec.measurement.query | would read as 0 W
            spec.measurement={prometheus: {url: "http://p"}, source: custom, query: sum(w), countQuery: count(w), ageQuery: time() - timestamp(sum(w))} | spec.measurement.ageQuery | the age is 0 for ever
            spec.measurement={prometheus: {url: "http://p"}, source: custom, query: sum(w), countQuery: count(w), ageQuery: "5"} | spec.measurement.ageQuery | must ask timestamp()
            spec.targets=[]                                         | spec.targets                    | must have from 1 to 500 entries, has 0
            spec.targets[0].ref=                                    | spec.targets[0]                 | exactly one of ref and selector, has none
            spec.targets[0].selector={kind: Deployment, matchLabels: {a: b}} | spec.targets[0]        | exactly one of ref and selector, has both
            spec.targets[0]={selector: {kind: Deployment, matchLabels: {}}, replica: {peakWatts: 1}} | spec.targets[0].selector.matchLabels | must have at least one label
            spec.targets[0]={selector: {kind: Deployment, matchLabels: {a: b}, namespaces: [x]}, replica: {peakWatts: 1}} | spec.targets[0].selector.namespaces | for a ClusterPowerCap only
            spec.targets[0]={name: n, selector: {kind: Deployment, matchLabels: {a: b}}, replica: {peakWatts: 1}} | spec.targets[0].name | is not for a selector
            spec.targets[0].ref.kind=Deploymen                      | spec.targets[0].ref.apiVersion  | Maybe you meant Deployment.
            spec.targets[0].ref.kind=ScaledJob                      | spec.targets[0].ref.kind        | cannot be ScaledJob
            spec.targets[0].ref={apiVersion: serving.knative.dev/v1, kind: Service, name: a} | spec.targets[0].ref.kind | Knative
            spec.targets[0].ref.apiVersion=apps                     | spec.targets[0].ref.apiVersion  | must be group/version
            spec.targets[0].ref.namespace=other                     | spec.targets[0].ref.namespace   | must be that of the PowerCap, "inference", was "other"
            spec.targets[1].ref={kind: Deployment, name: chat}      | spec.targets[1].ref             | as that of targets[0] is; each once. Drop one
            spec.targets[1].name=chat                               | spec.targets[1].name            | Give one of them another name
            spec.targets[1].floor=0                                 | spec.targets[1].floor           | must be at least 1 for a ScaledObject
            spec.targets[0].floor=5                                 | spec.targets                    | floors may draw 14000 W and the overhead is 0 W, more than the lowest cap of 12000 W
            spec.targets[0].replica.idleWatts=2801                  | spec.targets[0].replica.idleWatts | must not be above peakWatts 2800.0, was 2801.0
            spec.targets[0].replica={}                              | spec.targets[0].replica.peakWatts | is missing. Watts that a replica can draw at most
            spec.targets[0].replica.gpus=1.5                        | spec.targets[0].replica.gpus    | must be a whole number, was 1.5
            spec.policy.name=replica-cp                             | spec.policy.name                | Maybe you meant replica-cap.
            spec.policy.name=polca                                  | spec.policy.name                | acts by GPU clock, and here there are replica ceilings only
            spec.policy.name=capstan                                | spec.policy.name                | acts by GPU power limit and GPU clock and replica ceiling
            spec.policy.name=none                                   | spec.policy.name                | acts by nothing
            spec.policy.parameters={margni: 1}                      | spec.policy.parameters.margni   | Maybe you meant margin.
            spec.timers.controlInterval=500ms                       | spec.timers.controlInterval     | must be from 1s to 1d, was 500ms
            spec.timers.controlInterval=15                          | spec.timers.controlInterval     | must be text, was 15. Put it in quotes.
            spec.timers.controlInterval=12s                         | spec.timers.controlInterval     | several decisions would rest on one sample
            spec.timers.hold=10s                                    | spec.timers.hold                | one missed reading would lower ceilings
            spec.timers.lead=999999d                                | spec.timers.lead                | must be from 0s to 1d
            spec.certificate={}                                     | spec.certificate                | exactly one of configMapRef and secretRef, has none
            """)
    void wrongOnesAreToldWhere(String change, String path, String message) {
        assertThat(PowerCapValidator.check(Caps.sound(change))).anySatisfy(issue -> {
            assertThat(issue.path()).isEqualTo(path);
            assertThat(issue.message()).contains(message);
        });
    }

    @Test
    void kindsWithALeverNeedNoApiVersion() {
        for (String kind : KnownKinds.names()) {
            assertThat(PowerCapValidator.check(Caps.sound("spec.targets[0].ref={kind: " + kind + ", name: a}")))
                    .as(kind)
                    .isEmpty();
        }
    }

    @Test
    void overlapsWherePartsOfBothCountAreFine() {
        assertThat(PowerCapValidator.check(
                        Caps.sound("spec.limit.schedule=[{name: day, from: '08:00', to: '18:00', watts: 10000},"
                                + " {name: noon, from: '11:00', to: '14:00', watts: 9000}]")))
                .isEmpty();
    }

    @Test
    void fallsByScheduleNeedALeadThatReachesThroughTheAutoscaler() {
        assertThat(PowerCapValidator.check(Caps.sound(
                        "spec.limit.schedule=[{name: day, from: '08:00', to: '18:00', watts: 10000}]",
                        "spec.timers.lead=15s")))
                .singleElement()
                .satisfies(issue -> assertThat(issue.path()).isEqualTo("spec.timers.lead"));
    }

    @Test
    void lowestCapOfTheScheduleMustLeaveRoomForTheFloors() {
        // Floors: one replica of 2800 W and one of 1400 W; 30 % of 12000 W are 3600 W.
        assertThat(PowerCapValidator.check(Caps.sound(
                        "spec.limit.schedule=[{name: night, from: '00:00', to: '06:00', percent: 30}]",
                        "spec.targets[0].floor=1",
                        "spec.targets[1].floor=1")))
                .singleElement()
                .satisfies(issue -> assertThat(issue.message()).contains("4200 W", "3600 W"));
    }

    @Test
    void policiesWithoutGuardRailsAreNotEnforced() {
        assertThat(PowerCapValidator.check(Caps.sound("spec.mode=Enforce", "spec.policy.name=climatik-shipped")))
                .singleElement()
                .satisfies(issue -> assertThat(issue.message()).contains("without guard rails", "mode: Recommend"));
        assertThat(PowerCapValidator.check(Caps.sound("spec.policy.name=climatik-shipped")))
                .isEmpty();
    }

    @Test
    void clusterPowerCapsNameNamespaces() {
        ObjectNode cap = Caps.sound("kind=ClusterPowerCap", "metadata.namespace=", "spec.targets[1].ref.namespace=a");
        assertThat(PowerCapValidator.check(cap))
                .singleElement()
                .satisfies(issue -> assertThat(issue.path()).isEqualTo("spec.targets[0].ref.namespace"));
    }
}
