package dev.capstan.cli;

import dev.capstan.trace.CarbonTrace;
import java.util.Locale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads a scope of emissions as it is written in files: {@code direct} or {@code life-cycle}. */
final class CarbonScope implements ITypeConverter<CarbonTrace.Scope> {

    @Override
    public CarbonTrace.Scope convert(String text) {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "direct" -> CarbonTrace.Scope.DIRECT;
            case "life-cycle" -> CarbonTrace.Scope.LIFE_CYCLE;
            default -> throw new TypeConversionException("'" + text + "' is not one of direct, life-cycle");
        };
    }
}
