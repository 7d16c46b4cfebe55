package dev.capstan.sim.results;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.capstan.sim.run.Figure;
import dev.capstan.sim.run.ServiceFigure;
import java.util.ArrayList;
import java.util.List;

/** A row as one line of JSON, exact to the last digit: how it is kept before the tables are written, and sent between machines. */
public final class RowLine {

    private static final ObjectMapper JSON = new ObjectMapper();

    private RowLine() {}

    /** Writes a row, without the end of the line; figures that do not exist are null. */
    public static String write(Row row) {
        ObjectNode node = JSON.createObjectNode();
        node.put("index", row.index());
        node.put("run_id", row.runId());
        row.axisValues().forEach(node.putArray("axes")::add);
        node.put("policy", row.policy());
        node.put("cap_watts", row.capWatts());
        node.put("replication", row.replication());
        node.put("seed", row.seed());
        write(row.figures(), node.putArray("figures"));
        ArrayNode services = node.putArray("services");
        for (Row.Service service : row.services()) {
            write(
                    service.figures(),
                    services.addObject().put("service", service.name()).putArray("figures"));
        }
        return node.toString();
    }

    /**
     * Reads what {@link #write} wrote.
     *
     * @throws IllegalArgumentException if it is no JSON
     */
    public static Row read(String line) {
        JsonNode node;
        try {
            node = JSON.readTree(line);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("is no row of a sweep: " + line, e);
        }
        List<String> axisValues = new ArrayList<>();
        node.path("axes").forEach(value -> axisValues.add(value.asText()));
        List<Row.Service> services = new ArrayList<>();
        for (JsonNode service : node.path("services")) {
            services.add(new Row.Service(
                    service.path("service").asText(), figures(service.path("figures"), ServiceFigure.values().length)));
        }
        return new Row(
                node.path("index").intValue(),
                node.path("run_id").asText(),
                axisValues,
                node.path("policy").asText(),
                node.path("cap_watts").doubleValue(),
                node.path("replication").intValue(),
                node.path("seed").longValue(),
                figures(node.path("figures"), Figure.values().length),
                services);
    }

    private static void write(double[] figures, ArrayNode to) {
        for (double figure : figures) {
            if (Double.isNaN(figure)) {
                to.addNull();
            } else {
                to.add(figure);
            }
        }
    }

    private static double[] figures(JsonNode from, int count) {
        double[] figures = new double[count];
        for (int i = 0; i < count; i++) {
            JsonNode figure = from.path(i);
            figures[i] = figure.isNumber() ? figure.doubleValue() : Double.NaN;
        }
        return figures;
    }
}
