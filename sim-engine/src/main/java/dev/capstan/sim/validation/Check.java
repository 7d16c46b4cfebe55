package dev.capstan.sim.validation;

/**
 * One comparison.
 *
 * @param suite the suite that made it
 * @param name what was compared, with its unit
 * @param source where the expected value comes from; of a skipped check, what is missing
 * @param expected NaN where nothing was compared
 * @param got what Capstan says
 * @param tolerance largest allowed difference, in the unit of both
 * @param verdict what came of it
 */
public record Check(
        String suite, String name, String source, double expected, double got, double tolerance, Verdict verdict) {

    /** What came of a check. */
    public enum Verdict {
        /** Within the tolerance. */
        PASSED,
        /** Beyond it. */
        FAILED,
        /** The data are not there. */
        SKIPPED,
        /** No tolerance was set beforehand: the difference is told for what it is. */
        REPORTED
    }

    static Check of(String suite, String name, String source, double expected, double got, double tolerance) {
        Verdict verdict = Math.abs(got - expected) <= tolerance ? Verdict.PASSED : Verdict.FAILED;
        return new Check(suite, name, source, expected, got, tolerance, verdict);
    }

    /** An error that should be 0 and may be up to the tolerance. */
    static Check error(String suite, String name, String source, double error, double tolerance) {
        return of(suite, name, source, 0, error, tolerance);
    }

    static Check reported(String suite, String name, String source, double expected, double got) {
        return new Check(suite, name, source, expected, got, Double.NaN, Verdict.REPORTED);
    }

    static Check skipped(String suite, String name, String missing) {
        return new Check(suite, name, "no " + missing, Double.NaN, Double.NaN, Double.NaN, Verdict.SKIPPED);
    }
}
