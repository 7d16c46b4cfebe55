package dev.capstan.sim.experiment;

import java.util.Collection;

/** Finds the name that somebody may have meant. */
final class Names {

    private Names() {}

    /** {@code ". Maybe you meant X."}, or a full stop where nothing known is near. */
    static String maybe(String written, Collection<String> known) {
        String nearest = "";
        int least = Math.max(2, written.length() / 3) + 1;
        for (String name : known) {
            int distance = distance(written, name);
            if (distance < least) {
                least = distance;
                nearest = name;
            }
        }
        return nearest.isEmpty() ? "." : ". Maybe you meant " + nearest + ".";
    }

    /** Levenshtein distance. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int above = row[j];
                int changed = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                row[j] = Math.min(changed, Math.min(row[j - 1], above) + 1);
                diagonal = above;
            }
        }
        return row[b.length()];
    }
}
