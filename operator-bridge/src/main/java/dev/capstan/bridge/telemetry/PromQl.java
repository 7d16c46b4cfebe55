package dev.capstan.bridge.telemetry;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** Text of queries. */
final class PromQl {

    /** Queries name all pods, and what is said of them goes into conditions. */
    private static final int SHOWN_CHARACTERS = 200;

    /** With more services an expression of all their pods costs Prometheus more than the rows that it saves. */
    private static final int MOST_PATTERNS = 50;

    private PromQl() {}

    /** A query in a sentence. */
    static String shown(String query) {
        return query.length() > SHOWN_CHARACTERS ? query.substring(0, SHOWN_CHARACTERS) + "..." : query;
    }

    static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }

    /** A matcher of any of some names, which have no characters that expressions take for their own. */
    static String anyOf(Collection<String> names) {
        return quoted(String.join("|", new TreeSet<>(names)));
    }

    /** The union of what a function makes of each selector. */
    static String union(List<String> selectors, UnaryOperator<String> function) {
        return selectors.stream().map(function).collect(Collectors.joining(" or "));
    }

    /** Seconds since the samples of a plain selector were scraped; of any other expression they would always be 0. */
    static String age(String selector) {
        return "time() - timestamp(" + selector + ")";
    }

    static String rate(String selector, Duration window) {
        return "rate(" + selector + "[" + window.toSeconds() + "s])";
    }

    static Set<String> namespaces(List<MeteredService> services) {
        return services.stream().map(MeteredService::namespace).collect(Collectors.toCollection(TreeSet::new));
    }

    /** A further matcher of the pods of a few services; nothing for many, whose rows are told apart by us. */
    static String podsOf(String label, List<MeteredService> services) {
        return services.size() > MOST_PATTERNS
                ? ""
                : "," + label + "=~"
                        + quoted(services.stream().map(PromQl::group).distinct().collect(Collectors.joining("|")));
    }

    private static String group(MeteredService service) {
        return "(?:" + service.podPattern() + ")";
    }

    /** The pods of services, as one expression for each namespace. */
    static Map<String, String> podsByNamespace(List<MeteredService> services) {
        return services.stream()
                .collect(Collectors.groupingBy(
                        MeteredService::namespace,
                        TreeMap::new,
                        Collectors.mapping(PromQl::group, Collectors.joining("|"))));
    }
}
