package dev.capstan.sim.experiment;

import dev.capstan.capping.NearestName;
import dev.capstan.capping.PowerBudget;
import dev.capstan.sim.experiment.Experiment.Service;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads the budgets over groups of services. */
final class BudgetReader {

    private final List<String> known;
    private final List<Issue> issues;

    BudgetReader(List<Service> services, List<Issue> issues) {
        known = services.stream().map(Service::name).toList();
        this.issues = issues;
    }

    List<PowerBudget> budgets(Section root) {
        List<PowerBudget> budgets = new ArrayList<>();
        if (root.has("budgets")) {
            Set<String> names = new HashSet<>();
            for (Section section : root.sections("budgets")) {
                budget(section, names, budgets);
            }
        }
        return budgets;
    }

    /** Adds a budget to the list where it has no issue. */
    private void budget(Section section, Set<String> names, List<PowerBudget> budgets) {
        int before = issues.size();
        String name = section.text("name", null);
        if (!names.add(name)) {
            section.issue("name", "'" + name + "' is there twice");
        }
        double limitWatts = section.power("power", null, 1);
        List<String> services = section.texts("services", null);
        Set<String> covered = new HashSet<>();
        for (String service : services) {
            if (!known.contains(service)) {
                section.issue("services", "no service is called '" + service + "'." + NearestName.hint(service, known));
            }
            if (!covered.add(service)) {
                section.issue("services", "'" + service + "' is there twice");
            }
        }
        Map<String, Double> reserved = new TreeMap<>();
        Section reservations = section.section("reserved");
        double sumWatts = 0;
        for (String service : reservations.keys()) {
            if (!covered.contains(service)) {
                reservations.issue(service, "is no service of this budget." + NearestName.hint(service, covered));
            }
            reserved.put(service, reservations.power(service, null, 0));
            sumWatts += reserved.get(service);
        }
        if (sumWatts > limitWatts) {
            section.issue(
                    "reserved",
                    String.format(
                            Locale.ROOT,
                            "adds up to %.0f W, more than the %.0f W of the budget (power)",
                            sumWatts,
                            limitWatts));
        }
        section.finish();
        if (issues.size() == before) {
            budgets.add(new PowerBudget(name, limitWatts, services, reserved));
        }
    }
}
