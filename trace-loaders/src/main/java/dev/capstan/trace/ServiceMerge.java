package dev.capstan.trace;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Several services in one trace: the columns of {@link RequestTraceTransforms#merge}. */
final class ServiceMerge {

    private static final double MOST_REQUESTS = 5e8;

    /** The golden ratio in 64 bits: odd multiples of it scatter over all bits. */
    private static final long SALT = 0x9e3779b97f4a7c15L;

    private final List<RequestTraceTransforms.Service> parts;
    private final int size;
    /** For each request of the result its part and its place there. */
    private final int[] part;

    private final int[] request;

    ServiceMerge(List<RequestTraceTransforms.Service> services) {
        parts = List.copyOf(services);
        long requests = parts.stream().mapToLong(one -> one.trace().size()).sum();
        if (parts.isEmpty() || requests > MOST_REQUESTS) {
            throw new IllegalArgumentException("merging needs at least one service and at most " + (long) MOST_REQUESTS
                    + " requests, has " + parts.size() + " services and " + requests + " requests");
        }
        size = (int) requests;
        part = new int[size];
        request = new int[size];
        int[] next = new int[parts.size()];
        for (int i = 0; i < size; i++) {
            int earliest = -1;
            for (int candidate = 0; candidate < next.length; candidate++) {
                if (next[candidate] < parts.get(candidate).trace().size()
                        && (earliest < 0 || arrival(candidate, next) < arrival(earliest, next))) {
                    earliest = candidate;
                }
            }
            part[i] = earliest;
            request[i] = next[earliest]++;
        }
    }

    private long arrival(int candidate, int[] next) {
        return parts.get(candidate).trace().arrivalNanos()[next[candidate]];
    }

    RequestTrace trace() {
        long[] arrivals = new long[size];
        int[] input = new int[size];
        int[] output = new int[size];
        for (int i = 0; i < size; i++) {
            RequestTrace from = parts.get(part[i]).trace();
            arrivals[i] = from.arrivalNanos()[request[i]];
            input[i] = from.inputTokens()[request[i]];
            output[i] = from.outputTokens()[request[i]];
        }
        Map<RequestLabel, LabelColumn> labels = new EnumMap<>(RequestLabel.class);
        for (RequestLabel label : RequestLabel.values()) {
            if (label != RequestLabel.SERVICE
                    && parts.stream().anyMatch(one -> one.trace().labels().containsKey(label))) {
                labels.put(label, column(label));
            }
        }
        labels.put(RequestLabel.SERVICE, services());
        return new RequestTrace(arrivals, input, output, start(), origin(), labels, prefixBlocks());
    }

    private LabelColumn services() {
        List<String> names = names();
        int[] codes = new int[size];
        for (int i = 0; i < size; i++) {
            codes[i] = names.indexOf(parts.get(part[i]).name());
        }
        return new LabelColumn(names, codes);
    }

    private List<String> names() {
        return parts.stream()
                .map(RequestTraceTransforms.Service::name)
                .distinct()
                .toList();
    }

    private LabelColumn column(RequestLabel label) {
        Map<String, Integer> codeOfText = new LinkedHashMap<>();
        List<int[]> translations = new ArrayList<>();
        for (RequestTraceTransforms.Service one : parts) {
            LabelColumn column = one.trace().labels().get(label);
            List<String> texts = column == null ? List.of() : column.dictionary();
            int[] translation = new int[texts.size()];
            for (int code = 0; code < translation.length; code++) {
                translation[code] = codeOfText.computeIfAbsent(texts.get(code), text -> codeOfText.size());
            }
            translations.add(translation);
        }
        int[] codes = new int[size];
        for (int i = 0; i < size; i++) {
            LabelColumn column = parts.get(part[i]).trace().labels().get(label);
            int code = column == null ? LabelColumn.NONE : column.codes()[request[i]];
            codes[i] =
                    code == LabelColumn.NONE ? LabelColumn.NONE : translations.get(part[i])[code];
        }
        return new LabelColumn(List.copyOf(codeOfText.keySet()), codes);
    }

    private Optional<PrefixBlocks> prefixBlocks() {
        List<Integer> sizes = parts.stream()
                .flatMap(one -> one.trace().prefixBlocks().stream())
                .map(PrefixBlocks::blockTokens)
                .distinct()
                .toList();
        if (sizes.isEmpty()) {
            return Optional.empty();
        }
        if (sizes.size() > 1) {
            throw new IllegalArgumentException("services to merge must have prefix blocks of one size, have " + sizes
                    + " tokens. Maybe leave the blocks of one away.");
        }
        List<String> names = names();
        int[] offsets = new int[size + 1];
        long[] hashes = new long[1024];
        for (int i = 0; i < size; i++) {
            offsets[i + 1] = offsets[i];
            Optional<PrefixBlocks> blocks = parts.get(part[i]).trace().prefixBlocks();
            if (blocks.isPresent()) {
                long salt = names.indexOf(parts.get(part[i]).name()) * SALT;
                int from = blocks.get().offsets()[request[i]];
                int to = blocks.get().offsets()[request[i] + 1];
                offsets[i + 1] = Math.addExact(offsets[i], to - from);
                if (offsets[i + 1] > hashes.length) {
                    hashes = Arrays.copyOf(
                            hashes, Math.max(offsets[i + 1], Math.addExact(hashes.length, hashes.length >> 1)));
                }
                for (int block = from; block < to; block++) {
                    hashes[offsets[i] + block - from] = blocks.get().hashes()[block] ^ salt;
                }
            }
        }
        return Optional.of(new PrefixBlocks(sizes.get(0), offsets, Arrays.copyOf(hashes, offsets[size])));
    }

    private Optional<Instant> start() {
        Optional<Instant> first = parts.get(0).trace().start();
        return parts.stream().allMatch(one -> one.trace().start().equals(first)) ? first : Optional.empty();
    }

    private TraceOrigin origin() {
        String licence = parts.stream()
                .map(one -> one.trace().origin().licence())
                .filter(text -> !text.isBlank())
                .distinct()
                .collect(Collectors.joining("; "));
        return TraceOrigin.ofRecipe(recipe(TraceOrigin::named), Sha256.of(recipe(TraceOrigin::sha256)), licence);
    }

    private String recipe(Function<TraceOrigin, String> source) {
        return parts.stream()
                .map(one -> one.name() + "=(" + source.apply(one.trace().origin()) + ")")
                .collect(Collectors.joining(", ", "merged at their beginnings: ", ""));
    }
}
