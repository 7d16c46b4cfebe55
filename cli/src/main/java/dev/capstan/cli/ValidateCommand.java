package dev.capstan.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.capstan.report.ValidationPage;
import dev.capstan.sim.validation.Check;
import dev.capstan.sim.validation.Check.Verdict;
import dev.capstan.sim.validation.Suite;
import dev.capstan.sim.validation.Suites;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "validate",
        description = {
            "Holds the model against closed forms, published figures and measured data.",
            "Ends with 1 if a check fails; targets that are known to be missed are told with their reason.",
        },
        mixinStandardHelpOptions = true)
final class ValidateCommand implements Callable<Integer> {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Console console;

    @Option(names = "--suite", paramLabel = "NAME", description = "Only this suite; repeatable. Default: all of them.")
    private @Nullable List<String> names;

    @Option(
            names = "--traces",
            paramLabel = "DIR",
            defaultValue = "${env:CAPSTAN_TRACES}",
            description = "Folder of the public traces; checks that need one that is not there are skipped by name."
                    + " Default: $CAPSTAN_TRACES.")
    private @Nullable Path traces;

    @Option(names = "--json", description = "Prints one line of JSON for each check.")
    private boolean json;

    @Option(names = "--page", paramLabel = "FILE", description = "Writes all checks as a page of Markdown, too.")
    private @Nullable Path page;

    ValidateCommand(Console console) {
        this.console = console;
    }

    @Override
    public Integer call() throws JsonProcessingException {
        if (traces != null && !Files.isDirectory(traces)) {
            throw new InvalidArgument("--traces: there is no folder " + traces
                    + ". Leave it out to skip the checks that need public traces");
        }
        Map<Suite, List<Check>> checks = new LinkedHashMap<>();
        TextTable table = new TextTable("suite", "check", "expected", "got", "tolerance", "verdict");
        int[] verdicts = new int[Verdict.values().length];
        for (Suite suite : suites()) {
            List<Check> made = suite.run(Optional.ofNullable(traces));
            checks.put(suite, made);
            for (Check check : made) {
                verdicts[check.verdict().ordinal()]++;
                String verdict = check.verdict() + (check.note().isEmpty() ? "" : ": " + check.note());
                table.add(suite.name(), check.name(), check.expected(), check.got(), check.tolerance(), verdict);
                if (json) {
                    console.out().println(JSON.writeValueAsString(line(suite, check)));
                }
            }
        }
        if (!json) {
            console.out().print(table.render());
            StringJoiner counts = new StringJoiner(", ");
            for (Verdict verdict : Verdict.values()) {
                counts.add(verdicts[verdict.ordinal()] + " " + verdict);
            }
            console.out().println(counts);
        }
        if (page != null) {
            ValidationPage.write(checks, page);
        }
        return verdicts[Verdict.FAILED.ordinal()] == 0 ? ExitCodes.DONE : ExitCodes.CHECK_FAILED;
    }

    private List<Suite> suites() {
        try {
            return names == null
                    ? Suites.all()
                    : names.stream().map(Suites::find).distinct().toList();
        } catch (IllegalArgumentException e) {
            throw new InvalidArgument(e);
        }
    }

    private static Map<String, String> line(Suite suite, Check check) {
        Map<String, String> line = new LinkedHashMap<>();
        line.put("suite", suite.name());
        line.put("check", check.name());
        line.put("layer", check.layer().toString());
        line.put("source", check.source());
        line.put("expected", check.expected());
        line.put("got", check.got());
        line.put("tolerance", check.tolerance());
        line.put("verdict", check.verdict().toString());
        line.put("note", check.note());
        return line;
    }
}
