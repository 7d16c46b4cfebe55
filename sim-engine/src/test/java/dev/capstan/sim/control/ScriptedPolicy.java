package dev.capstan.sim.control;

import dev.capstan.capping.CappingPolicy;
import dev.capstan.capping.Decision;
import dev.capstan.capping.Observation;
import dev.capstan.capping.ServiceAction;
import dev.capstan.capping.Step;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Does what a function of the observation says, and keeps every observation. */
final class ScriptedPolicy implements CappingPolicy<ScriptedPolicy.State> {

    record State() {}

    final List<Observation> seen = new ArrayList<>();
    private final Function<Observation, List<ServiceAction>> script;

    ScriptedPolicy(Function<Observation, List<ServiceAction>> script) {
        this.script = script;
    }

    @Override
    public State initialState() {
        return new State();
    }

    @Override
    public boolean readsLatencies() {
        return true;
    }

    @Override
    public Step<State> step(State state, Observation now) {
        seen.add(now);
        return new Step<>(state, new Decision(script.apply(now), "scripted", ""));
    }
}
