package dev.capstan.bridge.record;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * One quantity to record. Its terms are asked apart and added, because in PromQL one empty term makes a whole sum empty.
 *
 * @param name of its file, of letters, digits, dots, dashes and underscores
 * @param quantity what its values are
 * @param terms at least one
 */
public record Recording(String name, Quantity quantity, List<Term> terms) {

    /** What is recorded, which decides the columns of the file. */
    public enum Quantity {
        POWER("time_seconds,power_watts"),
        REQUESTS("offset_seconds,requests_per_second"),
        TOKENS("offset_seconds,tokens_per_second");

        private final String header;

        Quantity(String header) {
            this.header = header;
        }

        String header() {
            return header;
        }
    }

    /**
     * A part of the sum.
     *
     * @param name such as {@code gpu}
     * @param queries PromQL under the names that versions of the source use; the first that answers wins
     */
    public record Term(String name, List<String> queries) {

        /** @throws IllegalArgumentException for no or blank queries, or one that turns "unknown" into 0 */
        public Term {
            queries = List.copyOf(queries);
            if (queries.isEmpty() || queries.stream().anyMatch(String::isBlank)) {
                throw new IllegalArgumentException("the term " + name + " needs at least one query");
            }
            for (String query : queries) {
                if (INVENTED_ZERO.matcher(query).find()) {
                    throw new IllegalArgumentException(
                            "the query must not hold 'or vector(', which makes 0 of a missing" + " value, was '" + query
                                    + "'. Maybe leave it away: what is missing is reported.");
                }
            }
        }
    }

    private static final Pattern INVENTED_ZERO = Pattern.compile("\\bor\\s+(on\\s*\\(\\s*\\)\\s*)?vector\\s*\\(");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    /** @throws IllegalArgumentException for a name that is no file's, or no terms */
    public Recording {
        terms = List.copyOf(terms);
        if (!NAME.matcher(name).matches() || terms.isEmpty()) {
            throw new IllegalArgumentException(
                    "a recording needs a name of letters, digits, dots, dashes and underscores"
                            + " and at least one term, was '" + name + "' with " + terms.size() + " terms");
        }
    }

    /** Own PromQL. */
    public static Recording of(String name, Quantity quantity, String query) {
        return new Recording(name, quantity, List.of(new Term("query", List.of(query))));
    }

    /**
     * Power of the GPUs of a service as dcgm-exporter sees them, one series for each GPU. Asks for the labels of both
     * settings of {@code honorLabels}.
     *
     * @param pods anchored regular expression
     */
    public static Recording dcgmService(String name, String namespace, String pods) {
        return power(
                name,
                "gpu",
                "max by (UUID) (DCGM_FI_DEV_POWER_USAGE{exported_namespace=" + quoted(namespace) + ",exported_pod=~"
                        + quoted(pods) + "})",
                "max by (UUID) (DCGM_FI_DEV_POWER_USAGE{namespace=" + quoted(namespace) + ",pod=~" + quoted(pods)
                        + "})");
    }

    /**
     * Power of all GPUs of nodes as dcgm-exporter sees them, before and after its label was renamed.
     *
     * @param nodes anchored regular expression
     */
    public static Recording dcgmNodes(String name, String nodes) {
        return power(
                name,
                "gpu",
                "max by (UUID) (DCGM_FI_DEV_POWER_USAGE{Hostname=~" + quoted(nodes) + "})",
                "max by (UUID) (DCGM_FI_DEV_POWER_USAGE{hostname=~" + quoted(nodes) + "})");
    }

    /**
     * Power of nodes, idle power included, as Kepler from 0.10 on sees them: GPUs, packages and memory.
     *
     * @param nodes anchored regular expression
     */
    public static Recording keplerNodes(String name, String nodes) {
        String node = "node_name=~" + quoted(nodes);
        return new Recording(
                name,
                Quantity.POWER,
                List.of(
                        new Term("gpu", List.of("max by (gpu_uuid) (kepler_node_gpu_watts{" + node + "})")),
                        new Term(
                                "cpu",
                                List.of("sum by (node_name) (kepler_node_cpu_watts{" + node + ",zone=\"package\"})")),
                        new Term(
                                "dram",
                                List.of("sum by (node_name) (kepler_node_cpu_watts{" + node + ",zone=\"dram\"})"))));
    }

    /**
     * Ended requests per second of vLLM.
     *
     * @param selector label matchers that choose the engines, such as {@code model_name="llama"}; not blank, since a
     *     router may export the engines' names once more
     * @param window of the rate, such as {@code 1m}: at least four scrape intervals
     */
    public static Recording vllmRequests(String name, String selector, String window) {
        return rate(name, Quantity.REQUESTS, "request_success_total", selector, window);
    }

    /** Prompt tokens per second of vLLM; parameters as {@link #vllmRequests}. */
    public static Recording vllmPromptTokens(String name, String selector, String window) {
        return rate(name, Quantity.TOKENS, "prompt_tokens_total", selector, window);
    }

    /** Generated tokens per second of vLLM; parameters as {@link #vllmRequests}. */
    public static Recording vllmGeneratedTokens(String name, String selector, String window) {
        return rate(name, Quantity.TOKENS, "generation_tokens_total", selector, window);
    }

    private static Recording power(String name, String term, String... queries) {
        return new Recording(name, Quantity.POWER, List.of(new Term(term, List.of(queries))));
    }

    private static Recording rate(String name, Quantity quantity, String counter, String selector, String window) {
        if (selector.isBlank()) {
            throw new IllegalArgumentException("vLLM engines must be chosen by a label, since routers export the same"
                    + " names. Maybe model_name!=\"\".");
        }
        List<String> queries = Stream.of("vllm:", "kserve_vllm:")
                .map(prefix -> "sum(rate(" + prefix + counter + "{" + selector + "}[" + window + "]))")
                .toList();
        return new Recording(name, quantity, List.of(new Term("vllm", queries)));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
    }
}
