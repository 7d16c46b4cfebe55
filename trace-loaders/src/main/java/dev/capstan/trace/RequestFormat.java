package dev.capstan.trace;

import dev.capstan.trace.TraceReading.Fact;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** The forms of a request trace that can be read. */
public enum RequestFormat implements TraceFormat {
    /** {@code TIMESTAMP,ContextTokens,GeneratedTokens} of Azure/AzurePublicDataset, 2023 and 2024. */
    AZURE_LLM_CSV("Azure LLM inference CSV"),
    /** {@code arrival_seconds,input_tokens,output_tokens} and columns of labels and prefix hashes. */
    CAPSTAN_CSV("Capstan request CSV"),
    /** What {@link RequestTraces#writeParquet} writes. */
    CAPSTAN_PARQUET("Capstan request Parquet"),
    /** {@code Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type} of BurstGPT. */
    BURSTGPT_CSV("BurstGPT CSV"),
    /** Lines with {@code timestamp}, {@code input_length}, {@code output_length} and {@code hash_ids} of Mooncake. */
    MOONCAKE_JSONL("Mooncake JSONL"),
    /** Lines with a time and the {@code usage} of an OpenAI-style answer. */
    ACCESS_LOG_JSONL("access log JSONL"),
    /** CSV with a header, read through a {@link RequestMapping}. */
    GENERIC_CSV("request CSV, columns as stated"),
    /** One JSON object a line, read through a {@link RequestMapping}. */
    GENERIC_JSONL("request JSONL, fields as stated"),
    /** Flat Parquet, read through a {@link RequestMapping}. */
    GENERIC_PARQUET("request Parquet, columns as stated");

    private static final Set<Fact> FACTS = Fact.setOf(Fact.SORT, Fact.SKIP_FAILED);
    private static final Set<Fact> GENERIC_FACTS =
            Fact.setOf(Fact.MAP, Fact.TIME_UNIT, Fact.BLOCK_TOKENS, Fact.SORT, Fact.SKIP_FAILED);
    private static final String BURSTGPT_HEADER = "Timestamp,Model,Request tokens,Response tokens,";

    private final String title;

    RequestFormat(String title) {
        this.title = title;
    }

    /** The format that the beginning of a file tells, if it is one of requests; the generic ones are never told. */
    static Optional<RequestFormat> told(FileHead head) {
        if (head.isParquet()) {
            return RequestParquetWriter.isTrace(head.file()) ? Optional.of(CAPSTAN_PARQUET) : Optional.empty();
        }
        String line = head.header();
        if (line.startsWith("{")) {
            Set<String> fields = head.fields();
            if (fields.containsAll(List.of("input_length", "output_length"))) {
                return Optional.of(MOONCAKE_JSONL);
            }
            return fields.contains("usage.prompt_tokens") || fields.contains("prompt_tokens")
                    ? Optional.of(ACCESS_LOG_JSONL)
                    : Optional.empty();
        }
        if (line.equals(RequestCsvParser.AZURE_HEADER)) {
            return Optional.of(AZURE_LLM_CSV);
        }
        if (line.startsWith(BURSTGPT_HEADER)) {
            return Optional.of(BURSTGPT_CSV);
        }
        // A header that is nearly Capstan's own is measured against it, and told what is allowed.
        return line.startsWith("arrival_seconds,") ? Optional.of(CAPSTAN_CSV) : Optional.empty();
    }

    @Override
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    @Override
    public String title() {
        return title;
    }

    @Override
    public Set<Fact> facts() {
        return generic() ? GENERIC_FACTS : FACTS;
    }

    @Override
    public boolean generic() {
        return this == GENERIC_CSV || this == GENERIC_JSONL || this == GENERIC_PARQUET;
    }
}
