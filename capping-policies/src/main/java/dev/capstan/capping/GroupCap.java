package dev.capstan.capping;

import java.util.List;

/**
 * A limit over some of the services of a list.
 *
 * @param members by place in the list, whether it is under the limit
 */
record GroupCap(String name, double watts, boolean[] members) {

    /** The budgets over the services of a list. */
    static List<GroupCap> of(List<PowerBudget> budgets, List<ServiceReading> services) {
        return budgets.stream()
                .map(budget -> {
                    boolean[] members = new boolean[services.size()];
                    for (int i = 0; i < members.length; i++) {
                        members[i] = budget.services().contains(services.get(i).name());
                    }
                    return new GroupCap(budget.name(), budget.limitWatts(), members);
                })
                .toList();
    }

    /** The part of a list that is under the limit. */
    double sum(double[] values) {
        double sum = 0;
        for (int i = 0; i < values.length; i++) {
            sum += members[i] ? values[i] : 0;
        }
        return sum;
    }
}
