package dev.capstan.sim.validation;

import static dev.capstan.sim.validation.Check.Layer.REPRODUCTION;

import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/** R11: what would have to be there for it. */
final class CarbonSuite implements Suite {

    @Override
    public String name() {
        return "carbon";
    }

    @Override
    public String about() {
        return "R11: a budget of grams that is met, and the regret against perfect foresight. Runs are priced in grams (root"
                + " power x PUE x intensity), but no policy steers by them yet.";
    }

    @Override
    public List<Check> run(Optional<Path> traces) {
        return List.of(new Check(
                "emission within the budget, and regret",
                REPRODUCTION,
                "induction on e <= allow; forecast LP",
                "",
                "",
                "",
                Check.Verdict.REPORTED,
                "not measured: missing are the carbon cap, the bank of grams and the forecast LP as policies, grams in what a"
                        + " policy observes, and a load that can wait"));
    }
}
