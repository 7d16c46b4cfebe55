package dev.capstan.trace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A distribution of token counts as ServeGen publishes it: the probability of each count, exact and discrete. */
final class TokenHistogram {

    private static final int LONGEST_NUMBER = 40;

    private final int[] tokens;
    private final double[] cumulative;

    private TokenHistogram(int[] tokens, double[] cumulative) {
        this.tokens = tokens;
        this.cumulative = cumulative;
    }

    /**
     * Reads the text of a Python dictionary of numbers, {@code {71: 0.25, 72: 0.75}}. It is parsed, never evaluated:
     * anything but braces, numbers, colons, commas and blanks is a fault.
     *
     * @throws IllegalArgumentException which tells the place in the text
     */
    static TokenHistogram parse(String literal) {
        return new Scanner(literal).histogram();
    }

    boolean isEmpty() {
        return tokens.length == 0;
    }

    /** Tokens at a quantile from 0 to below 1; not for an empty histogram. */
    int tokens(double quantile) {
        double sought = quantile * cumulative[cumulative.length - 1];
        int found = Arrays.binarySearch(cumulative, sought);
        // A quantile on a step belongs to the count above it.
        int index = found < 0 ? -found - 1 : found + 1;
        return tokens[Math.min(index, tokens.length - 1)];
    }

    private record Bin(int tokens, double probability) {}

    /** Walks through the text of a dictionary. */
    private static final class Scanner {

        private final String text;
        private int at;

        Scanner(String text) {
            this.text = text;
        }

        TokenHistogram histogram() {
            List<Bin> bins = new ArrayList<>();
            expect('{');
            if (peek() == '}') {
                at++;
            } else {
                do {
                    bins.add(bin());
                } while (another());
            }
            if (peek() != 0) {
                throw fault("must end after its closing brace");
            }
            bins.sort(Comparator.comparingInt(Bin::tokens));
            int[] tokens = new int[bins.size()];
            double[] cumulative = new double[bins.size()];
            double sum = 0;
            for (int i = 0; i < tokens.length; i++) {
                tokens[i] = bins.get(i).tokens();
                if (i > 0 && tokens[i] == tokens[i - 1]) {
                    throw new IllegalArgumentException("holds the token count " + tokens[i] + " twice");
                }
                sum += bins.get(i).probability();
                cumulative[i] = sum;
            }
            if (tokens.length > 0 && !(Math.abs(sum - 1) < 0.01)) {
                throw new IllegalArgumentException("must hold probabilities with a sum of 1, has a sum of " + sum
                        + ". Maybe the file was cut short or holds counts.");
            }
            return new TokenHistogram(tokens, cumulative);
        }

        private Bin bin() {
            int start = at;
            double tokens = number();
            if (tokens != Math.rint(tokens) || tokens < 0 || tokens > Integer.MAX_VALUE) {
                at = start;
                throw fault("must have whole token counts from 0");
            }
            expect(':');
            start = at;
            double probability = number();
            if (!(probability >= 0 && probability <= 1)) {
                at = start;
                throw fault("must have probabilities from 0 to 1");
            }
            return new Bin((int) tokens, probability);
        }

        private boolean another() {
            char next = peek();
            if (next != ',' && next != '}') {
                throw fault("must have ',' or '}' here");
            }
            at++;
            return next == ',';
        }

        private double number() {
            peek();
            int start = at;
            while (at < text.length() && "0123456789+-.eE".indexOf(text.charAt(at)) >= 0) {
                at++;
            }
            if (at > start && at - start <= LONGEST_NUMBER) {
                try {
                    return Double.parseDouble(text.substring(start, at));
                } catch (NumberFormatException e) {
                    at = start;
                    throw fault("must have a number here", e);
                }
            }
            at = start;
            throw fault("must have a number here");
        }

        private void expect(char wanted) {
            if (peek() != wanted) {
                throw fault("must have '" + wanted + "' here");
            }
            at++;
        }

        /** The next character that is no blank; 0 at the end. */
        private char peek() {
            while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
                at++;
            }
            return at < text.length() ? text.charAt(at) : 0;
        }

        private IllegalArgumentException fault(String problem) {
            return fault(problem, null);
        }

        private IllegalArgumentException fault(String problem, @Nullable Throwable cause) {
            String found = at < text.length()
                    ? "'" + ByteLines.printable(text.substring(at, Math.min(text.length(), at + 20))) + "'"
                    : "the end of the text";
            return new IllegalArgumentException(problem + ", has " + found + " at character " + (at + 1), cause);
        }
    }
}
