package dev.capstan.capping;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class CeilingAllocationProperties {

    @Property
    void fitsTheBudgetAndLeavesNoRoomForAnotherReplica(
            @ForAll @Size(min = 1, max = 6) List<@IntRange(max = 4) Integer> floors,
            @ForAll @DoubleRange(min = 100, max = 60_000) double budgetWatts,
            @ForAll @IntRange(max = 3) int priorities) {
        List<SimulatedService> simulated = new ArrayList<>();
        double floorWatts = 0;
        for (int i = 0; i < floors.size(); i++) {
            SimulatedService service = new SimulatedService("s" + i);
            service.floor = floors.get(i);
            service.originalCeiling = 6 + floors.get(i);
            service.peakWatts = 700 + 137 * i;
            service.weight = 1 + i;
            service.priority = i % (priorities + 1);
            simulated.add(service);
            floorWatts += Math.max(1, service.floor) * service.peakWatts;
        }
        Observation seen = SimulatedService.observe(
                0, budgetWatts, PowerReading.absent(), simulated.toArray(new SimulatedService[0]));
        List<ServiceReading> services = seen.services();
        CeilingAllocation allocation =
                CeilingAllocation.worstCase(seen, CeilingAllocation.originalCeilings(services), budgetWatts);

        assertThat(allocation.feasible()).isEqualTo(floorWatts <= budgetWatts);
        double watts = 0;
        for (int i = 0; i < services.size(); i++) {
            ReplicaCounts replicas = services.get(i).replicas();
            assertThat(allocation.ceiling(i)).isBetween(replicas.lowestCeiling(), replicas.originalCeiling());
            watts += allocation.ceiling(i) * services.get(i).replicaPower().peakWatts();
        }
        if (allocation.feasible()) {
            assertThat(watts).isLessThanOrEqualTo(budgetWatts + 1e-6);
            for (int i = 0; i < services.size(); i++) {
                if (allocation.ceiling(i) < services.get(i).replicas().originalCeiling()) {
                    assertThat(watts + services.get(i).replicaPower().peakWatts())
                            .isGreaterThan(budgetWatts - 1e-6);
                }
            }
        } else {
            assertThat(watts).isEqualTo(floorWatts);
        }
    }
}
