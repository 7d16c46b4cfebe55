package dev.capstan.capping;

import java.util.Collection;

/** The hint in a message about an unknown name: of a policy, a parameter, a key of an experiment. */
public final class NearestName {

    private NearestName() {}

    /** {@code " Maybe you meant NAME."}, or nothing where no known name is close; the first of several as close. */
    public static String hint(String given, Collection<String> known) {
        int best = Math.max(2, given.length() / 3) + 1;
        String nearest = "";
        for (String name : known) {
            int edits = edits(given, name);
            if (edits < best) {
                best = edits;
                nearest = " Maybe you meant " + name + ".";
            }
        }
        return nearest;
    }

    /** Insertions, deletions and replacements that lead from one name to the other (Levenshtein). */
    private static int edits(String from, String to) {
        int[] row = new int[to.length() + 1];
        for (int j = 0; j <= to.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= from.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= to.length(); j++) {
                int replaced = diagonal + (from.charAt(i - 1) == to.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, 1 + Math.min(row[j], row[j - 1]));
            }
        }
        return row[to.length()];
    }
}
