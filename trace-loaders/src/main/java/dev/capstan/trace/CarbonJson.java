package dev.capstan.trace;

import dev.capstan.trace.CarbonTrace.Scope;
import dev.capstan.trace.CarbonTrace.Signal;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.DoubleSupplier;
import java.util.function.Function;

/** The JSON answers of Electricity Maps, NESO and WattTime. */
final class CarbonJson {

    static final String WATT_TIME_UNITS = "lbs_co2_per_mwh";

    /** One pound is 0.45359237 kg by definition, and 1 kg/MWh is 1 g/kWh. */
    static final double GRAMS_PER_KILOWATT_HOUR_OF_A_POUND = 0.45359237;

    private static final String NESO_LICENCE = "CC-BY-4.0, NESO Carbon Intensity API";
    private static final long HALF_HOUR_SECONDS = 1800;

    private CarbonJson() {}

    static CarbonTrace read(Path file, CarbonFileFormat form, Scope asked, boolean nesoForecast) throws IOException {
        JsonDocument document = JsonDocument.read(file);
        JsonDocument.Value root = document.root();
        return switch (form) {
            case WATTTIME_JSON -> wattTime(document);
            case ELECTRICITY_MAPS_JSON ->
                electricityMaps(document, root.find("history").orElseGet(() -> root.get("data")), asked);
            default -> neso(document, nesoForecast);
        };
    }

    private static CarbonTrace electricityMaps(JsonDocument document, JsonDocument.Value items, Scope asked) {
        String zone = document.root().get("zone").text();
        String wanted = asked == Scope.DIRECT ? "direct" : "lifecycle";
        RegularValues values = new RegularValues();
        Faults faults = new Faults(document.file());
        for (JsonDocument.Value item : items.items()) {
            faults.guard(() -> {
                String itemZone =
                        item.find("zone").map(JsonDocument.Value::text).orElse(zone);
                if (!itemZone.equals(zone)) {
                    throw item.fault("zone must be '" + ByteLines.printable(zone) + "' as above, is '"
                            + ByteLines.printable(itemZone) + "'. Maybe split the file by zone.");
                }
                String type = item.get("emissionFactorType").text();
                if (!type.equals(wanted)) {
                    throw item.fault("emissionFactorType is '" + ByteLines.printable(type) + "' but " + wanted
                            + " was asked for; the two must not be mixed. Maybe ask for the other scope.");
                }
                add(values, item.get("datetime"), () -> intensity(item.get("carbonIntensity")));
            });
        }
        faults.throwIfAny();
        return trace(document, items, values, zone, Signal.AVERAGE, asked, "Electricity Maps");
    }

    /** One value for all half-hours: a forecast among measured ones would pass for measured. */
    private static CarbonTrace neso(JsonDocument document, boolean forecast) {
        JsonDocument.Value items = document.root().get("data");
        String wanted = forecast ? "forecast" : "actual";
        RegularValues values = new RegularValues();
        Faults faults = new Faults(document.file());
        for (JsonDocument.Value item : items.items()) {
            faults.guard(() -> {
                JsonDocument.Value value = item.get("intensity").get(wanted);
                if (value.isNull()) {
                    throw value.fault(wanted + " is null. Maybe the half-hour is not measured yet: ask for an earlier"
                            + " span, or for the forecast (--forecast).");
                }
                long seconds = RegularValues.instant(item.get("to")).getEpochSecond()
                        - RegularValues.instant(item.get("from")).getEpochSecond();
                if (seconds != HALF_HOUR_SECONDS) {
                    throw item.fault("from and to must be half an hour apart, are " + seconds
                            + " s. Maybe the answer is of a statistic.");
                }
                add(values, item.get("from"), () -> intensity(value));
            });
        }
        faults.throwIfAny();
        return trace(document, items, values, "GB", Signal.AVERAGE, Scope.DIRECT, NESO_LICENCE);
    }

    private static CarbonTrace wattTime(JsonDocument document) {
        JsonDocument.Value meta = document.root().get("meta");
        JsonDocument.Value units = meta.get("units");
        wattTimeUnits(units.text(), units::fault);
        JsonDocument.Value type = meta.get("signal_type");
        Signal signal = wattTimeSignal(type.text(), type::fault);
        JsonDocument.Value items = document.root().get("data");
        RegularValues values = new RegularValues();
        Faults faults = new Faults(document.file());
        for (JsonDocument.Value item : items.items()) {
            faults.guard(() -> add(
                    values,
                    item.get("point_time"),
                    () -> intensity(item.get("value")) * GRAMS_PER_KILOWATT_HOUR_OF_A_POUND));
        }
        faults.throwIfAny();
        return trace(document, items, values, meta.get("region").text(), signal, Scope.DIRECT, "");
    }

    static void wattTimeUnits(String units, Function<String, TraceException> fault) {
        if (!units.equals(WATT_TIME_UNITS)) {
            throw fault.apply("units must be " + WATT_TIME_UNITS + ", is '" + ByteLines.printable(units)
                    + "'. Maybe it is another signal, such as a percentile.");
        }
    }

    /** Their names: marginal and average operating emissions rate. */
    static Signal wattTimeSignal(String type, Function<String, TraceException> fault) {
        return switch (type) {
            case "co2_moer" -> Signal.MARGINAL;
            case "co2_aoer" -> Signal.AVERAGE;
            default ->
                throw fault.apply("signal_type must be co2_moer or co2_aoer, is '" + ByteLines.printable(type)
                        + "'. Maybe it is not a carbon intensity.");
        };
    }

    private static void add(RegularValues values, JsonDocument.Value time, DoubleSupplier intensity) {
        values.add(RegularValues.instant(time), intensity, time::fault);
    }

    private static double intensity(JsonDocument.Value value) {
        double number = RegularValues.number(value);
        if (number < 0) {
            throw value.fault("carbon intensity must be at least 0, is " + ByteLines.printable(value.text())
                    + ". Maybe a mark for a missing value.");
        }
        return number == 0 ? 0 : number;
    }

    private static CarbonTrace trace(
            JsonDocument document,
            JsonDocument.Value items,
            RegularValues values,
            String zone,
            Signal signal,
            Scope scope,
            String licence) {
        values.requireSome(items::fault);
        try {
            RegularValues.requireZone(zone);
        } catch (IllegalArgumentException e) {
            throw items.fault(String.valueOf(e.getMessage()));
        }
        TraceOrigin origin =
                new TraceOrigin(document.origin().path(), document.origin().sha256(), licence);
        return new CarbonTrace(zone, signal, scope, values.start(), values.timeNanos(), values.values(), origin);
    }
}
