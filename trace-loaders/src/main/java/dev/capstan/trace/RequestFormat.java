package dev.capstan.trace;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;

/** The forms of a request trace that can be read. */
public enum RequestFormat {
    /** {@code TIMESTAMP,ContextTokens,GeneratedTokens} of Azure/AzurePublicDataset, 2023 and 2024. */
    AZURE_LLM_CSV,
    /** {@code arrival_seconds,input_tokens,output_tokens} and columns of labels and prefix hashes. */
    CAPSTAN_CSV,
    /** What {@link RequestTraces#writeParquet} writes. */
    CAPSTAN_PARQUET,
    /** {@code Timestamp,Model,Request tokens,Response tokens,Total tokens,Log Type} of BurstGPT. */
    BURSTGPT_CSV,
    /** Lines with {@code timestamp}, {@code input_length}, {@code output_length} and {@code hash_ids} of Mooncake. */
    MOONCAKE_JSONL,
    /** Lines with a time and the {@code usage} of an OpenAI-style answer. */
    ACCESS_LOG_JSONL,
    /** CSV with a header, read through a {@link RequestMapping}. */
    GENERIC_CSV,
    /** One JSON object a line, read through a {@link RequestMapping}. */
    GENERIC_JSONL,
    /** Flat Parquet, read through a {@link RequestMapping}. */
    GENERIC_PARQUET;

    /** The name users write, such as {@code azure-llm-csv}. */
    public String id() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /**
     * The format of a name.
     *
     * @throws IllegalArgumentException where there is none
     */
    public static RequestFormat ofId(String id) {
        for (RequestFormat format : values()) {
            if (format.id().equals(id)) {
                return format;
            }
        }
        throw new IllegalArgumentException("there is no request format '" + id + "'. Allowed: "
                + Arrays.stream(values()).map(RequestFormat::id).collect(Collectors.joining(", ")));
    }

    boolean generic() {
        return this == GENERIC_CSV || this == GENERIC_JSONL || this == GENERIC_PARQUET;
    }
}
