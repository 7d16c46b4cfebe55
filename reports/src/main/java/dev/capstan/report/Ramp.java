package dev.capstan.report;

import java.awt.Color;

/** Colours of shares in pictures. */
final class Ramp {

    /** Light enough for dark figures at both ends. */
    private static final Color[] STOPS = {new Color(0xfff3cf), new Color(0xa5d6c6), new Color(0x4f9bcb)};

    private Ramp() {}

    static Color colour(double share) {
        double at = Math.min(1, Math.max(0, share)) * (STOPS.length - 1);
        int low = Math.min(STOPS.length - 2, (int) at);
        return new Color(
                mixed(STOPS[low].getRed(), STOPS[low + 1].getRed(), at - low),
                mixed(STOPS[low].getGreen(), STOPS[low + 1].getGreen(), at - low),
                mixed(STOPS[low].getBlue(), STOPS[low + 1].getBlue(), at - low));
    }

    private static int mixed(int from, int to, double share) {
        return (int) Math.round(from + share * (to - from));
    }
}
