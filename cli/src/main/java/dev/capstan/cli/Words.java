package dev.capstan.cli;

/** Words of a command line. */
final class Words {

    private Words() {}

    /** As a shell takes it for one word. */
    static String quoted(String word) {
        return word.matches("[\\w@%+=:,./-]+") ? word : "'" + word.replace("'", "'\\''") + "'";
    }
}
