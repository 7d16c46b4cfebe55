package dev.capstan.sim.experiment;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.capstan.trace.Quantity;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * A figure of the model that is not known well, and how far it may be off: either two ends, or a share of its value.
 *
 * @param path dotted path of the figure in an experiment; {@code services[]} stands for all services
 * @param name in words
 * @param unit of the figure
 * @param low lower end, or {@code -15 %} for a share of the value
 * @param high upper end
 * @param highOfExperts upper end of a share for mixtures of experts, the lower one mirrors it
 * @param matters whether the figure has any effect on an experiment
 * @param source where the band comes from
 */
record Band(
        String path,
        String name,
        Unit unit,
        String low,
        String high,
        String highOfExperts,
        Predicate<Experiment> matters,
        String source) {

    /** How a figure is written. */
    enum Unit {
        NUMBER,
        SHARE,
        POWER,
        DURATION;

        BigDecimal parse(String text) {
            return switch (this) {
                case NUMBER -> new BigDecimal(text);
                case SHARE -> BigDecimal.valueOf(Quantity.ratio(text));
                case POWER -> BigDecimal.valueOf(Quantity.powerWatts(text));
                case DURATION -> BigDecimal.valueOf(Quantity.durationNanos(text));
            };
        }

        JsonNode node(String text) {
            JsonNodeFactory nodes = JsonNodeFactory.instance;
            return this == NUMBER ? nodes.numberNode(new BigDecimal(text)) : nodes.textNode(text);
        }
    }

    private static final String SECOND_HAND = "reports quoted second hand";
    private static final String CAPS = "caps on RTX PRO 6000 and 8x H200; assumption for other boards";
    private static final String FITS = "errors of the fits to S-MLE3 (H100, vLLM, 2025)";

    /** Every band, in the order of {@code docs/experiments.md}. */
    static final List<Band> ALL = List.of(
            between("services[].adjust.kappa_decode_from", "kappa, small batches", Unit.NUMBER, "0.05", "0.4", CAPS),
            between("services[].adjust.kappa_decode_to", "kappa, large batches", Unit.NUMBER, "0.4", "1", CAPS),
            between("services[].adjust.kappa_prefill", "kappa, prompts", Unit.NUMBER, "0.8", "1", CAPS),
            between("services[].adjust.gamma", "gamma", Unit.NUMBER, "1.5", "3", CAPS),
            between("services[].adjust.lag", "lag of power limits", Unit.DURATION, "100ms", "1s", "assumption"),
            between("services[].adjust.idle_gpu", "idle GPU power", Unit.POWER, "110 W", "146 W", SECOND_HAND),
            between(
                    "services[].adjust.startup_gpu",
                    "power of starting GPUs",
                    Unit.POWER,
                    "120 W",
                    "500 W",
                    "NVIDIA Dynamo's design documents"),
            around("services[].adjust.step_time", "step time", Unit.NUMBER, "2.5 %", "11 %", FITS),
            around("services[].adjust.power", "decode power", Unit.NUMBER, "2 %", "6 %", FITS),
            around(
                    "cluster.server_base",
                    "server base power",
                    Unit.POWER,
                    "15 %",
                    "15 %",
                    "MLPerf Inference v4.1, 8x H200"),
            between(
                    "cluster.wall_watts_per_gpu_watt",
                    "wall watts per GPU watt",
                    Unit.NUMBER,
                    "1.16",
                    "1.21",
                    "MLPerf Inference v4.1, 8x H200, with and without its BERT runs"),
            between("cluster.pue", "PUE", Unit.NUMBER, "1.1", "1.4", "assumption"),
            between("telemetry.board_gain", "sensor gain of a board", Unit.SHARE, "0", "5 %", "SC 2024, second-hand"));

    private static Band between(String path, String name, Unit unit, String low, String high, String source) {
        return new Band(path, name, unit, low, high, high, matters(path), source);
    }

    private static Band around(String path, String name, Unit unit, String share, String ofExperts, String source) {
        return new Band(path, name, unit, "-" + share, share, ofExperts, matters(path), source);
    }

    /** A power trace knows no steps, but the peak under a locked clock; the PUE enters carbon and cost only. */
    private static Predicate<Experiment> matters(String path) {
        return switch (path.substring(path.lastIndexOf('.') + 1)) {
            case "pue" ->
                experiment ->
                        experiment.carbon().isPresent() || experiment.price().isPresent();
            case "kappa_decode_from", "kappa_decode_to", "kappa_prefill", "lag", "step_time", "power" ->
                experiment -> experiment.mode() == Experiment.Mode.REQUESTS;
            default -> experiment -> true;
        };
    }

    /** The band in words: {@code 110 W to 146 W}, {@code ±15 %}. */
    String inWords() {
        if (!isShareOfValue()) {
            return low + " to " + high;
        }
        return "±" + high + (high.equals(highOfExperts) ? "" : "; ±" + highOfExperts + " for a mixture of experts");
    }

    /**
     * The two ends for a figure of this value.
     *
     * @param value as the experiment has it; empty where it depends on more than one figure
     * @param ofExperts whether it is that of a mixture of experts
     * @return nothing where the band is not that of such a figure, since it does not hold the value
     */
    Optional<List<JsonNode>> ends(Optional<String> value, boolean ofExperts) {
        if (isShareOfValue()) {
            BigDecimal share = Unit.SHARE.parse(ofExperts ? highOfExperts : high);
            BigDecimal figure = unit.parse(value.orElseThrow());
            return Optional.of(List.of(
                    node(figure.multiply(BigDecimal.ONE.subtract(share))),
                    node(figure.multiply(BigDecimal.ONE.add(share)))));
        }
        boolean holds = value.map(unit::parse)
                .map(figure -> figure.compareTo(unit.parse(low)) >= 0 && figure.compareTo(unit.parse(high)) <= 0)
                .orElse(true);
        return holds ? Optional.of(List.of(unit.node(low), unit.node(high))) : Optional.empty();
    }

    private boolean isShareOfValue() {
        return low.startsWith("-");
    }

    private JsonNode node(BigDecimal figure) {
        return unit.node(figure.stripTrailingZeros().toPlainString() + (unit == Unit.POWER ? " W" : ""));
    }
}
