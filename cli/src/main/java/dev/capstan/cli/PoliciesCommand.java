package dev.capstan.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import dev.capstan.capping.PolicyFactory;
import dev.capstan.capping.PolicyParameter;
import dev.capstan.capping.PolicyRegistry;
import dev.capstan.report.PolicyPages;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "policies",
        description = "Lists the policies, or tells all about one.",
        mixinStandardHelpOptions = true)
final class PoliciesCommand implements Callable<Integer> {

    private final Console console;

    @Parameters(paramLabel = "NAME", arity = "0..1", description = "The policy to tell about.")
    private @Nullable String name;

    @Option(names = "--json", description = "Prints JSON.")
    private boolean json;

    @Option(
            names = "--pages",
            paramLabel = "FOLDER",
            description =
                    "Writes what the registry holds into the pages FOLDER/<policy>.md, and prints those that it changed.")
    private @Nullable Path pages;

    PoliciesCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws JsonProcessingException {
        List<PolicyFactory> all = PolicyRegistry.all();
        if (pages != null) {
            PolicyPages.write(name == null ? all : List.of(find(name)), pages).forEach(console.out()::println);
            return ExitCodes.DONE;
        }
        if (name == null) {
            console.out()
                    .print(
                            json
                                    ? toJson(all.stream()
                                            .map(PoliciesCommand::described)
                                            .toList())
                                    : table(all));
            return ExitCodes.DONE;
        }
        PolicyFactory policy = find(name);
        if (json) {
            console.out().print(toJson(described(policy)));
        } else {
            tell(policy, console.out());
        }
        return ExitCodes.DONE;
    }

    private static PolicyFactory find(String name) {
        try {
            return PolicyRegistry.find(name);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument(e);
        }
    }

    private static String table(List<PolicyFactory> policies) {
        TextTable table = new TextTable("policy", "levers", "what it does");
        for (PolicyFactory policy : policies) {
            table.add(policy.name(), levers(policy), policy.summary());
        }
        return table.render();
    }

    private static void tell(PolicyFactory policy, PrintStream out) {
        out.println(policy.name() + ": " + policy.summary());
        out.println();
        out.println("source      " + policy.source());
        out.println("confidence  " + policy.confidence());
        out.println("levers      " + levers(policy));
        out.println("guard rails " + (policy.guarded() ? "yes" : "no: reproduces a shipped tool, failures included"));
        out.println("modes       " + (policy.needsRequests() ? "requests" : "requests, power"));
        if (policy.parameters().isEmpty()) {
            return;
        }
        out.println();
        TextTable table = new TextTable("parameter", "default", "range", "unit", "what it does", "source");
        for (PolicyParameter parameter : policy.parameters()) {
            table.add(
                    parameter.name(),
                    number(parameter.defaultValue()),
                    number(parameter.min()) + " to " + number(parameter.max()),
                    parameter.unit(),
                    parameter.description(),
                    parameter.source());
        }
        out.print(table.render());
    }

    private static String levers(PolicyFactory policy) {
        return policy.levers().isEmpty() ? "-" : String.join(", ", policy.levers());
    }

    /** Whole numbers without a fraction. */
    private static String number(double value) {
        return value == Math.rint(value) && Math.abs(value) < 1e15
                ? Long.toString((long) value)
                : Double.toString(value);
    }

    private static Map<String, Object> described(PolicyFactory policy) {
        Map<String, Object> description = new LinkedHashMap<>();
        description.put("name", policy.name());
        description.put("summary", policy.summary());
        description.put("source", policy.source());
        description.put("confidence", policy.confidence());
        description.put("levers", policy.levers());
        description.put("guarded", policy.guarded());
        description.put("needsRequests", policy.needsRequests());
        description.put("parameters", policy.parameters());
        return description;
    }

    private static String toJson(Object value) throws JsonProcessingException {
        return new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value) + "\n";
    }
}
