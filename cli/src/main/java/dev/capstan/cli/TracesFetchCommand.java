package dev.capstan.cli;

import dev.capstan.bridge.fetch.Dataset;
import dev.capstan.bridge.fetch.DatasetCatalogue;
import dev.capstan.bridge.fetch.DatasetFetcher;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "fetch",
        description = {
            "Downloads a public data set, its licence shown first, its length and hash verified.",
            "Without a name: lists the data sets.",
        },
        mixinStandardHelpOptions = true)
final class TracesFetchCommand implements Callable<Integer> {

    private static final Duration PAUSE = Duration.ofSeconds(2);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);

    private final Console console;

    @Parameters(arity = "0..1", paramLabel = "NAME", description = "Data set to fetch.")
    private @Nullable String name;

    @Option(
            names = "--cache",
            paramLabel = "DIR",
            description = "Folder for data sets; what lies there whole is not fetched again. Default: traces.")
    private Path cache = Path.of("traces");

    TracesFetchCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() {
        DatasetCatalogue catalogue = DatasetCatalogue.bundled();
        if (name == null) {
            TextTable table = new TextTable("name", "licence", "what");
            catalogue.datasets().forEach(set -> table.add(set.name(), set.licence(), set.what()));
            console.out().print(table.render());
            return ExitCodes.DONE;
        }
        Dataset dataset;
        try {
            dataset = catalogue.find(name);
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument(String.valueOf(e.getMessage()));
        }
        console.out().println(new DatasetFetcher(cache, this::show, PAUSE, TIMEOUT).fetch(dataset));
        return ExitCodes.DONE;
    }

    private boolean show(Dataset dataset) {
        console.err().println(dataset.what());
        console.err().println("licence   " + dataset.licence());
        console.err().println("cite      " + dataset.citation());
        console.err().println("from      " + dataset.address());
        if (dataset.sha256().isEmpty()) {
            console.err().println("no hash is known for it: only its length is verified");
        }
        return true;
    }
}
