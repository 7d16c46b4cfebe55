package dev.capstan.bridge.fetch;

/** Shows the licence of a data set before anything of it is downloaded. */
@FunctionalInterface
public interface LicenceNotice {

    /** Whether the user takes the data set under its licence. */
    boolean accepts(Dataset dataset);
}
