package dev.capstan.sim.autoscaling;

/**
 * Which form of the controller is emulated. They differ where both were read side by side, in {@code horizontal.go} and
 * {@code replica_calculator.go} of {@code pkg/controller/podautoscaler}:
 *
 * <table>
 *   <caption>differences</caption>
 *   <tr><th>rule</th><th>1.20</th><th>current</th></tr>
 *   <tr><td>a ratio r is on target</td><td>|1 - r| &le; 0.1, in which 1.1 is not</td>
 *       <td>1 - down &le; r &le; 1 + up, per autoscaler</td></tr>
 *   <tr><td>stabilization with a behaviour</td><td>only the window of the direction of the newest recommendation</td>
 *       <td>both windows around the replicas</td></tr>
 *   <tr><td>replicas at the start of a period</td><td>without the changes of the other direction</td>
 *       <td>without the changes of both</td></tr>
 *   <tr><td>some metrics fail, the others ask for fewer replicas</td><td>scales down</td><td>changes nothing</td></tr>
 *   <tr><td>metric of pods, some without a sample, the mean exactly on target</td><td>they count as 0</td>
 *       <td>they do not count</td></tr>
 *   <tr><td>metric of pods, a result against its ratio</td><td>stands, except for a utilization</td>
 *       <td>changes nothing</td></tr>
 *   <tr><td>utilization target over 100 %, pods without a sample, scaling down</td><td>they use their request</td>
 *       <td>they use the target</td></tr>
 * </table>
 */
public enum HpaRelease {
    /** Kubernetes 1.20.2, the release that the emulation is compared with while it runs. */
    V1_20,
    /** Kubernetes 1.33 and later. */
    CURRENT
}
