package dev.capstan.cli;

import java.io.IOException;
import java.nio.file.Path;

/** A sweep that stopped halfway; what was finished lies in its folder. */
final class InterruptedRun extends IOException {

    private static final long serialVersionUID = 1L;

    InterruptedRun(Path folder, IOException cause) {
        super(
                "stopped while running: " + cause + "\nFinished runs are kept in " + folder
                        + ". When the cause is gone, go on with the same command and: --resume --out " + folder,
                cause);
    }
}
