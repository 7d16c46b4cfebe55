package dev.capstan.bridge.resource;

import dev.capstan.bridge.Mode;
import dev.capstan.capping.NearestName;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyRegistry;
import java.util.List;

/** The policy, its parameters and its certificate. */
final class PolicyCheck {

    /** What the operator can do; a policy that counts on more would hold no cap. */
    private static final String LEVER = "replica ceiling";

    private final List<Issue> issues;

    PolicyCheck(List<Issue> issues) {
        this.issues = issues;
    }

    void check(PowerCapSpec spec) {
        PolicyChoice choice = spec.policy();
        List<PolicyFactory> all = PolicyRegistry.all();
        List<String> usable = all.stream()
                .filter(PolicyCheck::isUsable)
                .map(PolicyFactory::name)
                .toList();
        PolicyFactory factory = all.stream()
                .filter(one -> one.name().equals(choice.name()))
                .findFirst()
                .orElse(null);
        if (factory == null) {
            add(
                    "policy.name",
                    "there is no policy \"" + choice.name() + "\". Allowed: " + String.join(", ", usable) + "."
                            + NearestName.hint(choice.name(), usable));
            return;
        }
        if (!isUsable(factory)) {
            add(
                    "policy.name",
                    "policy " + factory.name() + " acts by "
                            + (factory.levers().isEmpty() ? "nothing" : String.join(" and ", factory.levers()))
                            + ", and here there are replica ceilings only: it would not hold the cap. Allowed: "
                            + String.join(", ", usable)
                            + ".");
        }
        if (spec.mode() == Mode.ENFORCE && !factory.guarded()) {
            add(
                    "policy.name",
                    "policy " + factory.name()
                            + " reproduces a shipped tool with its failures and runs without guard rails: it may be observed and"
                            + " recommended, not enforced. Use mode: Recommend, or another policy.");
        }
        PolicyRegistry.check(factory, choice.parameters())
                .forEach(issue -> add("policy.parameters." + issue.parameter(), issue.message()));
        CertificateSource certificate = spec.certificate();
        if (certificate != null && (certificate.configMapRef() == null) == (certificate.secretRef() == null)) {
            add(
                    "certificate",
                    "must have exactly one of configMapRef and secretRef, has "
                            + (certificate.secretRef() == null ? "none" : "both") + ". Each is {name, key}.");
        }
    }

    private static boolean isUsable(PolicyFactory factory) {
        return !factory.levers().isEmpty() && factory.levers().stream().allMatch(LEVER::equals);
    }

    private void add(String path, String message) {
        issues.add(new Issue("spec." + path, message));
    }
}
