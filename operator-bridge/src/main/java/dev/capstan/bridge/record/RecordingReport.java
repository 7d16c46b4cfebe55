package dev.capstan.bridge.record;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/**
 * What a recording brought.
 *
 * @param files written, in order of the recordings
 * @param missing every span of every series that is not in the files
 * @param remarks which query of several answered, and warnings of the server
 */
public record RecordingReport(List<Path> files, List<Missing> missing, List<String> remarks) {

    /**
     * A span without a value.
     *
     * @param recording its name
     * @param series term and labels
     * @param from first time without a value
     * @param to last time without a value
     * @param reason such as {@code no sample}
     */
    public record Missing(String recording, String series, Instant from, Instant to, String reason) {

        @Override
        public String toString() {
            return recording + ": " + series + ": " + reason + " from " + from + " to " + to;
        }
    }

    public RecordingReport {
        files = List.copyOf(files);
        missing = List.copyOf(missing);
        remarks = List.copyOf(remarks);
    }
}
