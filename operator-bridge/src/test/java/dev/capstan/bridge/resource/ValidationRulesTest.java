package dev.capstan.bridge.resource;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The rules of the schema in CEL: a resource that breaks one, and one that does not, for each of them. */
final class ValidationRulesTest {

    private static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("self", SimpleType.DYN)
            .build();
    private static final CelRuntime RUNTIME =
            CelRuntimeFactory.legacyCelRuntimeBuilder().build();

    /** Two columns with the same path are one rule each; the message tells them apart. */
    private static final String BREAKERS = """
            spec.limit                     | exactly one of watts            | spec.limit.watts=
            spec.limit                     | exactly one of watts            | spec.limit.percentOfPeak={percent: 80, peakWatts: 9000}
            spec.limit.percentOfPeak       | exactly one of peakWatts        | spec.limit={percentOfPeak: {percent: 80}}
            spec.limit.schedule[0]         | exactly one of watts            | spec.limit.schedule=[{name: a, from: "17:00", to: "20:00"}]
            spec.limit.carbon              | needs minimumWatts              | spec.limit.carbon={source: {type: neso}, onMissing: Minimum}
            spec.limit.carbon.source       | electricity-maps needs          | spec.limit.carbon={source: {type: electricity-maps, zone: DE}, onMissing: Hold}
            spec.limit.carbon.source       | watttime needs                  | spec.limit.carbon={source: {type: watttime, region: CAISO_NORTH}, onMissing: Hold}
            spec.limit.carbon.source       | file needs                      | spec.limit.carbon={source: {type: file}, onMissing: Hold}
            spec.measurement.prometheus    | one of bearerTokenSecretRef     | spec.measurement.prometheus={url: "http://p", bearerTokenSecretRef: {name: a, key: b}, basicSecretRef: {name: a}}
            spec.measurement               | source: custom needs            | spec.measurement.source=custom
            spec.measurement               | for source: custom only         | spec.measurement.query=sum(w)
            spec.measurement               | for source: custom only         | spec.measurement.serviceLabel=pod
            spec.targets[0]                | exactly one of ref             | spec.targets[0].ref=
            spec.targets[0]                | drop name                       | spec.targets=[{name: a, selector: {kind: Deployment, matchLabels: {a: b}}, replica: {peakWatts: 1}}]
            spec.targets[0].replica        | idleWatts must not be above     | spec.targets[0].replica.idleWatts=3000
            spec.certificate               | exactly one of configMapRef     | spec.certificate={}
            """;

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = BREAKERS)
    void aResourceThatBreaksARuleIsToldSo(String path, String message, String change) throws Exception {
        assertThat(broken(Caps.sound(change)))
                .as("and nothing else is wrong")
                .singleElement()
                .satisfies(issue -> {
                    assertThat(issue.path()).isEqualTo(path);
                    assertThat(issue.message()).contains(message);
                });
    }

    @Test
    void everyRuleIsBrokenByOneOfThem() {
        List<String> rules = new ArrayList<>();
        for (String kind : List.of("PowerCap", "ClusterPowerCap")) {
            List<String> ofKind = new ArrayList<>();
            rules(ResourceDefinitions.schema(kind).at("/properties/spec"), "spec", ofKind);
            rules = ofKind;
        }
        List<String[]> breakers =
                BREAKERS.lines().map(line -> line.split("\\s*\\|\\s*", -1)).toList();
        assertThat(rules)
                .isNotEmpty()
                .allSatisfy(rule -> assertThat(breakers)
                        .anyMatch(row -> rule.startsWith(row[0].replace("[0]", "[]") + "|") && rule.contains(row[1])));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            spec.mode=Enforce
            spec.limit={percentOfPeak: {percent: 80, peakOver: 30d}, schedule: [{name: a, from: "17:00", to: "20:00", percent: 75}]}
            spec.limit.carbon={source: {type: neso}, onMissing: Minimum, minimumWatts: 5000}
            spec.limit.carbon={source: {type: electricity-maps, zone: DE, tokenSecretRef: {name: a, key: b}}, onMissing: Hold}
            spec.limit.carbon={source: {type: watttime, region: CAISO_NORTH, loginSecretRef: {name: a}}, onMissing: Base}
            spec.limit.carbon={source: {type: file, configMapRef: {name: a, key: b}}, onMissing: Base}
            spec.measurement.prometheus={url: "http://p", basicSecretRef: {name: a}}
            spec.measurement={prometheus: {url: "http://p"}, source: custom, query: sum(w), countQuery: count(w), ageQuery: max(time() - timestamp(w)), serviceLabel: pod}
            spec.targets=[{selector: {kind: Deployment, matchLabels: {a: b}}, replica: {peakWatts: 10, idleWatts: 10}}]
            spec.certificate={secretRef: {name: a, key: b}}
            """)
    void soundResourcesBreakNone(String change) throws Exception {
        assertThat(broken(Caps.sound(change))).isEmpty();
        assertThat(PowerCapValidator.check(Caps.sound(change))).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = BREAKERS)
    void whatBreaksARuleIsWrongWithoutCelToo(String path, String message, String change) {
        assertThat(PowerCapValidator.check(Caps.sound(change))).isNotEmpty();
    }

    private static void rules(JsonNode schema, String path, List<String> rules) {
        schema.path("x-kubernetes-validations")
                .forEach(rule -> rules.add(path + "|" + rule.path("message").asText()));
        schema.path("properties")
                .properties()
                .forEach(property -> rules(property.getValue(), path + "." + property.getKey(), rules));
        if (schema.has("items")) {
            rules(schema.path("items"), path + "[]", rules);
        }
    }

    private static List<Issue> broken(ObjectNode cap) throws Exception {
        List<Issue> issues = new ArrayList<>();
        visit(ResourceDefinitions.schema("PowerCap").at("/properties/spec"), cap.path("spec"), "spec", issues);
        return issues;
    }

    private static void visit(JsonNode schema, JsonNode value, String path, List<Issue> issues) throws Exception {
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            // An API server fills in defaults before it looks at rules.
            if (!value.has(property.getKey()) && property.getValue().has("default")) {
                ((ObjectNode) value).set(property.getKey(), property.getValue().path("default"));
            }
            if (property.getValue().path("type").asText().equals("number")
                    && value.path(property.getKey()).isNumber()) {
                // 5 is a double there.
                ((ObjectNode) value)
                        .put(property.getKey(), value.path(property.getKey()).doubleValue());
            }
            if (value.has(property.getKey())) {
                visit(property.getValue(), value.path(property.getKey()), path + "." + property.getKey(), issues);
            }
        }
        for (int i = 0; value.isArray() && i < value.size(); i++) {
            visit(schema.path("items"), value.get(i), path + "[" + i + "]", issues);
        }
        for (JsonNode rule : schema.path("x-kubernetes-validations")) {
            if (!holds(rule.path("rule").asText(), value)) {
                issues.add(new Issue(path, rule.path("message").asText()));
            }
        }
    }

    private static boolean holds(String rule, JsonNode self) throws Exception {
        Object value = Caps.YAML.treeToValue(self, Object.class);
        return (Boolean) RUNTIME.createProgram(COMPILER.compile(rule).getAst()).eval(Map.of("self", value));
    }
}
