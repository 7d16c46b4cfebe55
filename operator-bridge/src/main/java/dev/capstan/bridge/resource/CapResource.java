package dev.capstan.bridge.resource;

import io.fabric8.crd.generator.annotation.AdditionalPrinterColumn;
import io.fabric8.generator.annotation.Required;
import io.fabric8.kubernetes.client.CustomResource;
import org.jspecify.annotations.Nullable;

/** What the two kinds have in common: all but their scope. */
@AdditionalPrinterColumn(name = "Mode", type = AdditionalPrinterColumn.Type.STRING, jsonPath = ".status.mode")
@AdditionalPrinterColumn(name = "Limit", type = AdditionalPrinterColumn.Type.NUMBER, jsonPath = ".status.capWatts")
@AdditionalPrinterColumn(name = "Power", type = AdditionalPrinterColumn.Type.NUMBER, jsonPath = ".status.powerWatts")
@AdditionalPrinterColumn(
        name = "Headroom",
        type = AdditionalPrinterColumn.Type.NUMBER,
        jsonPath = ".status.headroomWatts")
@AdditionalPrinterColumn(
        name = "Capping",
        type = AdditionalPrinterColumn.Type.STRING,
        jsonPath = ".status.conditions[?(@.type==\"Capping\")].status")
@AdditionalPrinterColumn(
        name = "Certified",
        type = AdditionalPrinterColumn.Type.STRING,
        jsonPath = ".status.conditions[?(@.type==\"Certified\")].status")
@AdditionalPrinterColumn(
        name = "Telemetry",
        type = AdditionalPrinterColumn.Type.STRING,
        jsonPath = ".status.conditions[?(@.type==\"TelemetryFresh\")].status")
@AdditionalPrinterColumn(
        name = "Age",
        type = AdditionalPrinterColumn.Type.DATE,
        jsonPath = ".metadata.creationTimestamp")
@AdditionalPrinterColumn(
        name = "Policy",
        type = AdditionalPrinterColumn.Type.STRING,
        jsonPath = ".spec.policy.name",
        priority = 1)
@AdditionalPrinterColumn(
        name = "Reason",
        type = AdditionalPrinterColumn.Type.STRING,
        jsonPath = ".status.lastDecision.code",
        priority = 1)
public abstract sealed class CapResource extends CustomResource<PowerCapSpec, PowerCapStatus>
        permits PowerCap, ClusterPowerCap {

    @Override
    @Required
    public PowerCapSpec getSpec() {
        return super.getSpec();
    }

    @Override
    protected @Nullable PowerCapSpec initSpec() {
        return null;
    }

    @Override
    protected @Nullable PowerCapStatus initStatus() {
        return null;
    }
}
