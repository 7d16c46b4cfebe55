package dev.capstan.sim.serving;

import com.fasterxml.jackson.annotation.JsonCreator;
import java.util.Collections;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A kind of GPU board.
 *
 * @param name such as {@code H100}
 * @param bf16Teraflops dense BF16 peak, TFLOP/s
 * @param hbmTerabytesPerSecond memory bandwidth, TB/s
 * @param hbmGigabytes memory, GB
 * @param boardWatts highest power limit
 * @param minLimitWatts lowest power limit that the board accepts
 * @param idleWatts without a CUDA context
 * @param contextIdleWatts with a model loaded and no work
 * @param maxClockMhz highest SM clock; null where no source gives it
 * @param basis for each of {@code compute}, {@code limits}, {@code idle}, {@code clock}
 */
public record Gpu(
        String name,
        double bf16Teraflops,
        double hbmTerabytesPerSecond,
        double hbmGigabytes,
        double boardWatts,
        double minLimitWatts,
        double idleWatts,
        double contextIdleWatts,
        @Nullable Double maxClockMhz,
        Map<String, Basis> basis) {

    @JsonCreator(mode = JsonCreator.Mode.PROPERTIES)
    public Gpu {
        Require.text("name", name);
        Require.above("bf16_teraflops", bf16Teraflops, 0);
        Require.above("hbm_terabytes_per_second", hbmTerabytesPerSecond, 0);
        Require.above("hbm_gigabytes", hbmGigabytes, 0);
        Require.above("board_watts", boardWatts, 0);
        Require.between("min_limit_watts", minLimitWatts, 0, boardWatts);
        Require.between("idle_watts", idleWatts, 0, boardWatts);
        Require.between("context_idle_watts", contextIdleWatts, 0, boardWatts);
        if (maxClockMhz != null) {
            Require.above("max_clock_mhz", maxClockMhz, 0);
        }
        Require.section("basis", basis);
        basis = Collections.unmodifiableMap(new TreeMap<>(basis));
    }

    /** The board of the hardware table with that name: what a profile's {@code gpu: NAME} reads as. */
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static Gpu named(String name) {
        return Hardware.gpu(name);
    }
}
