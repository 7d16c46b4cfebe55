package dev.capstan.trace;

import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The form of a trace file, of whatever kind of trace. */
public sealed interface TraceFormat permits RequestFormat, PowerFileFormat, CarbonFileFormat, PriceFileFormat {

    /** The name users write, such as {@code azure-llm-csv}. */
    String id();

    /** The name for people, such as {@code Azure LLM inference CSV}. */
    String title();

    /** Whether its columns have to be stated, since any file could be one. */
    boolean generic();

    /** What a caller may state of such a file. */
    Set<TraceReading.Fact> facts();

    /** Every format that can be read: requests, power, carbon intensity, prices. */
    static List<TraceFormat> all() {
        return Stream.<TraceFormat[]>of(
                        RequestFormat.values(),
                        PowerFileFormat.values(),
                        CarbonFileFormat.values(),
                        PriceFileFormat.values())
                .flatMap(Stream::of)
                .toList();
    }

    /**
     * The format of a name.
     *
     * @throws IllegalArgumentException where there is none
     */
    static TraceFormat ofId(String id) {
        return all().stream()
                .filter(format -> format.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no format '" + ByteLines.printable(id)
                        + "'. Allowed: " + all().stream().map(TraceFormat::id).collect(Collectors.joining(", "))));
    }
}
