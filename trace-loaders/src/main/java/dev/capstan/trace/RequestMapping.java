package dev.capstan.trace;

import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which columns of a generic file hold what. In JSONL a name with points, such as {@code usage.prompt_tokens}, goes into
 * nested objects.
 *
 * @param arrivalColumn when a request arrives
 * @param arrivalUnit how it is stated; numbers of at least 100,000,000 s in the first request are times since 1970, smaller
 *     ones are from the start of the trace
 * @param inputColumn prompt tokens
 * @param outputColumn generated tokens
 * @param labelColumns columns of labels
 * @param prefix column of prefix blocks, where there is one
 */
public record RequestMapping(
        String arrivalColumn,
        ArrivalUnit arrivalUnit,
        String inputColumn,
        String outputColumn,
        Map<RequestLabel, String> labelColumns,
        Optional<PrefixColumn> prefix) {

    /**
     * A column of prefix hashes: a JSON array of whole numbers, or in CSV and Parquet a text of them with blanks between.
     *
     * @param blockTokens tokens of a block
     */
    public record PrefixColumn(String column, int blockTokens) {
        public PrefixColumn {
            if (blockTokens < 1) {
                throw new IllegalArgumentException("a prefix block needs at least 1 token, was " + blockTokens);
            }
        }
    }

    public RequestMapping {
        labelColumns = labelColumns.isEmpty() ? Map.of() : Collections.unmodifiableMap(new EnumMap<>(labelColumns));
    }

    /** A mapping without labels. */
    public RequestMapping(String arrivalColumn, ArrivalUnit arrivalUnit, String inputColumn, String outputColumn) {
        this(arrivalColumn, arrivalUnit, inputColumn, outputColumn, Map.of(), Optional.empty());
    }

    /** Every column that is read, once. */
    Set<String> columns() {
        Set<String> columns = new LinkedHashSet<>();
        columns.add(arrivalColumn);
        columns.add(inputColumn);
        columns.add(outputColumn);
        columns.addAll(labelColumns.values());
        prefix.ifPresent(blocks -> columns.add(blocks.column()));
        return columns;
    }
}
