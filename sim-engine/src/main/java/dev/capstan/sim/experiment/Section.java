package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.capping.NearestName;
import dev.capstan.trace.Quantity;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of an experiment, read key by key. Every reader notes what is wrong with its value and goes on with the
 * default, so that one reading finds all issues; {@link #finish()} reports the keys that nobody asked for. Along the way
 * the section writes itself down with every default filled in.
 */
final class Section {

    /** Far beyond any experiment; keeps sums of times from running over. */
    private static final String LONGEST = "1000d";

    private static final long LONGEST_NANOS = Quantity.durationNanos(LONGEST);

    private final JsonNode node;
    private final String path;
    private final List<Issue> issues;
    private final ObjectNode resolved;
    private final Set<String> known = new LinkedHashSet<>();

    Section(JsonNode node, String path, List<Issue> issues, ObjectNode resolved) {
        this.node = node;
        this.path = path;
        this.issues = issues;
        this.resolved = resolved;
        if (!node.isMissingNode() && !node.isNull() && !node.isObject()) {
            issue("", "expected a mapping of keys to values, found " + shown(node));
        }
    }

    String path(String key) {
        if (key.isEmpty()) {
            return path;
        }
        return path.isEmpty() ? key : path + "." + key;
    }

    void issue(String key, String message) {
        issues.add(new Issue(path(key), message));
    }

    boolean has(String key) {
        known.add(key);
        return !value(key).isMissingNode() && !value(key).isNull();
    }

    String text(String key, @Nullable String fallback) {
        JsonNode value = value(key);
        if (absent(key, value, fallback == null, "text")) {
            return put(key, fallback == null ? "" : fallback);
        }
        if (!value.isTextual()) {
            issue(
                    key,
                    "expected text, found " + shown(value) + (value.isValueNode() ? ". Maybe it needs quotes." : "."));
            return "";
        }
        if (fallback == null && value.textValue().isBlank()) {
            issue(key, "must not be empty");
        }
        return put(key, value.textValue());
    }

    long duration(String key, @Nullable String fallback, String min) {
        String text = scalar(key, fallback, "a duration such as 15s");
        if (text == null) {
            return 0;
        }
        try {
            long nanos = Quantity.durationNanos(text);
            long least = Quantity.durationNanos(min);
            if (nanos < least) {
                issue(key, "must be at least " + min + ", was " + text);
                return least;
            }
            if (nanos > LONGEST_NANOS) {
                issue(key, "must be at most " + LONGEST + ", was " + text);
                return least;
            }
            put(key, Quantity.formatDuration(nanos));
            return nanos;
        } catch (IllegalArgumentException e) {
            issue(key, String.valueOf(e.getMessage()));
            return 0;
        }
    }

    /** Seconds of a duration; infinite for the word {@code never}, which is the default. */
    double secondsOrNever(String key, String min) {
        return secondsOrNever(key, "never", min);
    }

    /** Seconds of a duration; infinite for the word {@code never}. */
    double secondsOrNever(String key, String fallback, String min) {
        if ("never".equals(has(key) ? value(key).textValue() : fallback)) {
            put(key, "never");
            return Double.POSITIVE_INFINITY;
        }
        return duration(key, fallback, min) * 1e-9;
    }

    /** A power of at least {@code min} watts. */
    double power(String key, @Nullable String fallback, double min) {
        return quantity(
                key, fallback, min, Double.POSITIVE_INFINITY, "a power such as 20 kW", Quantity::powerWatts, " W");
    }

    /** A power, or infinite where it is not given. */
    double optionalPower(String key) {
        return has(key) ? power(key, null, 1) : Double.POSITIVE_INFINITY;
    }

    /** A rate of emission above nothing, in grams per hour. */
    double gramsPerHour(String key) {
        return quantity(
                key,
                null,
                1,
                Double.POSITIVE_INFINITY,
                "a rate of emission such as 5 kg/h",
                Quantity::gramsPerHour,
                " g/h");
    }

    double ratio(String key, @Nullable String fallback, double min, double max) {
        return quantity(key, fallback, min, max, "a share such as 0.8 or 80 %", Quantity::ratio, "");
    }

    double number(String key, double fallback, double min, double max) {
        JsonNode value = value(key);
        if (absent(key, value, false, "a number")) {
            resolved.put(key, fallback);
            return fallback;
        }
        if (!value.isNumber()) {
            issue(key, "expected a number without a unit, found " + shown(value));
            return fallback;
        }
        double number = value.doubleValue();
        if (!(number >= min && number <= max)) {
            issue(key, "must lie between " + plain(min) + " and " + plain(max) + ", was " + value.asText());
            return fallback;
        }
        resolved.put(key, number);
        return number;
    }

    /** A quantity of any kind; empty where it is missing or not one. */
    Optional<Quantity.Amount> amount(String key) {
        String text = scalar(key, null, "a number, with its unit where it has one, such as 15s or 20 kW");
        Optional<Quantity.Amount> amount = text == null ? Optional.empty() : Quantity.any(text);
        if (text != null && amount.isEmpty()) {
            issue(key, "'" + text + "' is not a number, with its unit where it has one, such as 15s, 20 kW or 80 %");
        }
        return amount;
    }

    int integer(String key, int fallback, int min, int max) {
        return Math.toIntExact(integer(key, (long) fallback, min, max));
    }

    long integer(String key, long fallback, long min, long max) {
        JsonNode value = value(key);
        if (absent(key, value, false, "a whole number")) {
            resolved.put(key, fallback);
            return fallback;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            issue(key, "expected a whole number, found " + shown(value));
            return fallback;
        }
        long number = value.longValue();
        if (number < min || number > max) {
            issue(key, "must lie between " + min + " and " + max + ", was " + number);
            return fallback;
        }
        resolved.put(key, number);
        return number;
    }

    boolean flag(String key, boolean fallback) {
        JsonNode value = value(key);
        if (absent(key, value, false, "true or false")) {
            resolved.put(key, fallback);
            return fallback;
        }
        if (!value.isBoolean()) {
            issue(key, "expected true or false, found " + shown(value));
            return fallback;
        }
        resolved.put(key, value.booleanValue());
        return value.booleanValue();
    }

    <E extends Enum<E>> E choice(String key, Class<E> type, @Nullable E fallback) {
        E[] constants = type.getEnumConstants();
        List<String> words = Arrays.stream(constants).map(Section::word).toList();
        return constants[words.indexOf(word(key, fallback == null ? null : word(fallback), words))];
    }

    /** One of the words that are allowed. */
    String word(String key, @Nullable String fallback, List<String> allowed) {
        JsonNode value = value(key);
        String otherwise = fallback == null ? allowed.get(0) : fallback;
        if (absent(key, value, fallback == null, "one of " + String.join(", ", allowed))) {
            return put(key, otherwise);
        }
        if (allowed.contains(value.asText())) {
            return put(key, value.asText());
        }
        issue(
                key,
                "must be one of " + String.join(", ", allowed) + ", was " + shown(value) + "."
                        + NearestName.hint(value.asText(), allowed));
        return otherwise;
    }

    /** The zone of times that are written without one. */
    ZoneId timeZone(String key) {
        String text = text(key, null);
        try {
            return ZoneId.of(text);
        } catch (DateTimeException e) {
            if (!text.isBlank()) {
                issue(key, "there is no time zone '" + text + "'. Maybe UTC, Europe/Berlin or +02:00.");
            }
            return ZoneOffset.UTC;
        }
    }

    /** One text, or a list of them. */
    List<String> texts(String key, @Nullable String fallback) {
        JsonNode value = value(key);
        if (!value.isArray()) {
            return List.of(text(key, fallback));
        }
        known.add(key);
        List<String> texts = new ArrayList<>();
        for (JsonNode item : value) {
            if (item.isTextual() && !item.textValue().isBlank()) {
                texts.add(item.textValue());
            } else {
                issue(
                        key + "[" + texts.size() + "]",
                        "expected text, found " + shown(item)
                                + (item.isValueNode() ? ". Maybe it needs quotes." : "."));
                return texts;
            }
        }
        if (texts.isEmpty()) {
            issue(key, "needs at least one text");
        }
        texts.forEach(resolved.putArray(key)::add);
        return texts;
    }

    /** The mapping under a key; an empty one where it is missing. */
    Section section(String key) {
        known.add(key);
        return new Section(value(key), path(key), issues, resolved.putObject(key));
    }

    /** The mappings of the list under a key. */
    List<Section> sections(String key) {
        List<Section> sections = new ArrayList<>();
        ArrayNode list = resolved.putArray(key);
        for (JsonNode item : items(key)) {
            sections.add(new Section(item, path(key) + "[" + sections.size() + "]", issues, list.addObject()));
        }
        return sections;
    }

    /** The items of the list under a key, as they are written. */
    List<JsonNode> items(String key) {
        known.add(key);
        JsonNode value = value(key);
        if (value.isMissingNode() || value.isNull()) {
            return List.of();
        }
        if (!value.isArray()) {
            issue(key, "expected a list, found " + shown(value));
            return List.of();
        }
        List<JsonNode> items = new ArrayList<>();
        value.forEach(items::add);
        return items;
    }

    /** One item of a list; plain text stands for a mapping with only that key. */
    Section itemAsSection(String key, int index, JsonNode item, String textKey) {
        JsonNode mapping =
                item.isTextual() ? JsonNodeFactory.instance.objectNode().set(textKey, item) : item;
        ArrayNode list = resolved.has(key) ? (ArrayNode) resolved.get(key) : resolved.putArray(key);
        return new Section(mapping, path(key) + "[" + index + "]", issues, list.addObject());
    }

    /** The keys of this mapping, as they are written. */
    List<String> keys() {
        List<String> keys = new ArrayList<>();
        if (node.isObject()) {
            node.fieldNames().forEachRemaining(keys::add);
        }
        known.addAll(keys);
        return keys;
    }

    /** Where this section writes itself down. */
    ObjectNode resolved() {
        return resolved;
    }

    /** Reports the keys that nobody asked for. */
    void finish() {
        if (!node.isObject()) {
            return;
        }
        node.fieldNames().forEachRemaining(key -> {
            if (!known.contains(key)) {
                issue(
                        key,
                        "unknown key." + NearestName.hint(key, known) + " Known here: " + String.join(", ", known)
                                + ".");
            }
        });
    }

    private double quantity(
            String key,
            @Nullable String fallback,
            double min,
            double max,
            String what,
            ToDoubleFunction<String> parser,
            String unit) {
        String text = scalar(key, fallback, what);
        if (text == null) {
            return min;
        }
        try {
            double value = parser.applyAsDouble(text);
            if (!(value >= min && value <= max)) {
                issue(
                        key,
                        Double.isInfinite(max)
                                ? "must be at least " + plain(min) + unit + ", was " + text
                                : "must lie between " + plain(min) + " and " + plain(max) + ", was " + text);
                return min;
            }
            put(key, text);
            return value;
        } catch (IllegalArgumentException e) {
            issue(key, String.valueOf(e.getMessage()));
            return min;
        }
    }

    private @Nullable String scalar(String key, @Nullable String fallback, String what) {
        JsonNode value = value(key);
        if (absent(key, value, fallback == null, what)) {
            return fallback;
        }
        if (!value.isTextual() && !value.isNumber()) {
            issue(key, "expected " + what + ", found " + shown(value));
            return null;
        }
        return value.asText();
    }

    private boolean absent(String key, JsonNode value, boolean required, String what) {
        known.add(key);
        if (!value.isMissingNode() && !value.isNull()) {
            return false;
        }
        if (required) {
            issue(key, "is missing; expected " + what);
        }
        return true;
    }

    private JsonNode value(String key) {
        return node.path(key);
    }

    private String put(String key, String value) {
        resolved.set(key, JsonNodeFactory.instance.textNode(value));
        return value;
    }

    /** Without a needless point or an exponent. */
    private static String plain(double value) {
        return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
    }

    private static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    private static String shown(JsonNode value) {
        if (value.isObject()) {
            return "a mapping";
        }
        if (value.isArray()) {
            return "a list";
        }
        return "'" + value.asText() + "'";
    }
}
