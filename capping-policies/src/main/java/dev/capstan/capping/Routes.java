package dev.capstan.capping;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The pools that share a stream of requests. */
final class Routes {

    private Routes() {}

    /** The pools of each route, in the order of the observation. */
    static Map<String, List<ServiceReading>> of(Observation seen) {
        Map<String, List<ServiceReading>> routes = new TreeMap<>();
        for (ServiceReading service : seen.services()) {
            String route = service.gateway().route();
            if (route != null) {
                routes.computeIfAbsent(route, name -> new ArrayList<>()).add(service);
            }
        }
        return routes;
    }

    /** Whether telemetry delivered each of them. */
    static boolean allRead(double[] readings) {
        for (double reading : readings) {
            if (Double.isNaN(reading)) {
                return false;
            }
        }
        return true;
    }

    /**
     * Gives all pools of a route their weights, where one of them is more than {@code band} from what was read back, or was
     * not read.
     */
    static void write(List<ServiceReading> pools, double[] weights, double band, List<ServiceAction> actions) {
        boolean differs = false;
        for (int i = 0; i < weights.length; i++) {
            differs |= !(Math.abs(weights[i] - pools.get(i).gateway().routingWeight()) <= band);
        }
        for (int i = 0; differs && i < weights.length; i++) {
            actions.add(ServiceAction.routing(pools.get(i).name(), weights[i]));
        }
    }
}
